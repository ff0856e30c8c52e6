import { open } from "node:fs/promises";

/**
 * Syncs a folder, so that the names of its new, renamed and removed files survive a power cut. Windows cannot open folders, but
 * its file system preserves the order of changes.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a new file and syncs it to the disk. @param mode its permissions @throws the system's error if the file exists */
export async function writeSynced(path: string, text: string, mode = 0o666): Promise<void> {
  const handle = await open(path, "wx", mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
