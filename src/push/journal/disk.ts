import { randomUUID } from "node:crypto";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../error-code.ts";
import { syncFolder, writeSynced } from "../../sync-to-disk.ts";
import { JournalError } from "./types.ts";

/** Reports whether a file exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Renames a file. @returns false if it does not exist */
export async function moveIfThere(folder: string, from: string, to: string): Promise<boolean> {
  try {
    await rename(join(folder, from), join(folder, to));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
  await syncFolder(folder);
  return true;
}

/** Creates a file atomically: after a crash it has the whole text, or does not exist. */
export async function createFile(folder: string, file: string, text: string): Promise<void> {
  const temporary = join(folder, `${file}.${randomUUID()}`);
  try {
    await writeSynced(temporary, text, 0o600);
    await rename(temporary, join(folder, file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Wraps errors with their code only: the system's messages contain absolute paths, and this error may be stored in the Pulumi state. */
export async function withJournalError<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof JournalError) throw error;
    const code = errorCode(error) ?? "unknown error";
    throw new JournalError(
      `the journal cannot be ${what} (${code}). Check that its folder is writable and that the disk is not full`,
    );
  }
}
