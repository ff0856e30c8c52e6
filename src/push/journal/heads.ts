import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../error-code.ts";
import { parseHead } from "./format.ts";
import type { JournalHead } from "./types.ts";

/** A journal's file, and its first line. */
export interface HeadOfFile {
  /** Name of the file in the folder. */
  readonly file: string;
  readonly head: JournalHead;
}

/**
 * The heads that were read before, by the names of their files. A file is created with its head and under a random name, so the head
 * of a name never changes. Each segment of a run lists the folder several times, and many manifests share a queue: without these, the
 * time of a run would grow with the square of their number.
 */
export type KnownHeads = Map<string, JournalHead>;

/** Lists the journals in a folder. @param site the part of their names that identifies a site; undefined for all journals */
export async function listHeads(
  folder: string,
  site: string | undefined,
  known: KnownHeads,
): Promise<readonly HeadOfFile[]> {
  const files = (await listFiles(folder)).filter((file) => {
    const found = namePattern.exec(file)?.[1];
    return found !== undefined && (site === undefined || found === site);
  });
  const found = await Promise.all(files.map((file) => headOf(folder, file, known)));
  return files.flatMap((file, at) => {
    const head = found[at];
    return head === undefined ? [] : [{ file, head }];
  });
}

const namePattern = /^[^.]*\.([0-9a-f]{16})\.[^.]+(?:\.[0-9a-f]{8})?(?:\.removed)?\.journal$/;

async function headOf(folder: string, file: string, known: KnownHeads): Promise<JournalHead | undefined> {
  const head = known.get(file) ?? (await readHead(join(folder, file), file));
  if (head !== undefined) known.set(file, head);
  return head;
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** The usual maximum of the first line in bytes: the rest of a journal may be long. */
const headBytes = 4_096;

/** Reads the head of a journal. @returns undefined if the file no longer exists */
async function readHead(path: string, file: string): Promise<JournalHead | undefined> {
  try {
    const handle = await open(path, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      const start = buffer.subarray(0, bytesRead).toString("utf8");
      const text = start.includes("\n") ? start : await handle.readFile("utf8");
      return parseHead(text.slice(0, Math.max(text.indexOf("\n"), 0)), file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
