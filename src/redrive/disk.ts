import { link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../error-code.ts";
import { syncFolder, writeSynced } from "../sync-to-disk.ts";
import { ExportError } from "./export-error.ts";
import type { Disk, GrowingFile } from "./export-host.ts";

/** The file system. Creating a file also creates its folders, and syncs its name to the disk before it is used. */
export const systemDisk: Disk = {
  async size(path) {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  async read(path, at, bytes) {
    const handle = await open(path, "r");
    try {
      const buffer = Buffer.alloc(bytes);
      let filled = 0;
      while (filled < bytes) {
        const { bytesRead } = await handle.read(buffer, filled, bytes - filled, at + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    } finally {
      await handle.close();
    }
  },
  async grow(path, size) {
    const folder = dirname(path);
    const made = size === undefined ? await mkdir(folder, { recursive: true }) : undefined;
    const handle = await open(path, size === undefined ? "ax" : "a");
    // Existing files need this as well: an interrupted run may have created the file without syncing its name.
    await syncFolder(folder);
    if (made !== undefined) await syncParents(folder, dirname(made));
    return growingFile(handle, size ?? 0);
  },
  async truncate(path, size) {
    const handle = await open(path, "r+");
    try {
      await handle.truncate(size);
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async publish(path, text, replace) {
    const temporary = `${path}.tmp`;
    // An interrupted run may have left it, possibly as a second link to the finished file.
    await rm(temporary, { force: true });
    await writeSynced(temporary, text);
    if (replace) await rename(temporary, path);
    else await linkTo(temporary, path);
    await rm(temporary, { force: true });
    await syncFolder(dirname(path));
  },
  async remove(path) {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  },
};

function growingFile(handle: Awaited<ReturnType<typeof open>>, start: number): GrowingFile {
  let size = start;
  return {
    async append(bytes) {
      if ((await handle.stat()).size !== size) {
        const next = "Let the other run end, then run it again: it continues where the other one stopped.";
        throw new ExportError("EXPORT_RUNNING", "another process writes the files of this export", next);
      }
      await handle.appendFile(bytes);
      await handle.datasync();
      size += bytes.length;
    },
    close: () => handle.close(),
  };
}

/** Links a file, which fails if the name is taken. On a file system without links, renames it instead. */
async function linkTo(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "ENOSYS"].includes(errorCode(error) ?? "")) throw error;
    if ((await systemDisk.size(path)) !== undefined) throw error;
    await rename(temporary, path);
  }
}

/** Syncs the names of new folders to the disk. @param last nearest folder that already existed */
async function syncParents(folder: string, last: string): Promise<void> {
  for (let at = folder; at !== last && at !== dirname(at); ) {
    at = dirname(at);
    await syncFolder(at);
  }
}
