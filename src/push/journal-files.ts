import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type AppendFile, openAppend } from "./append-file.ts";
import { type Base, type Journal, JournalError, type JournalName, type Journals, type Left } from "./journal.ts";
import { lines, readJournal } from "./journal-lines.ts";

const nothing: Left = { pushed: [], inDoubt: [] };

/**
 * Journals as files, one each, in a folder for this user alone.
 *
 * @param folder an absolute path; made when the first journal begins
 */
export function fileJournals(folder: string): Journals {
  const readLeft = async (name: JournalName, base: Base): Promise<Left> => {
    const file = fileOf(name);
    const found = await readIfThere(join(folder, file), file);
    return found !== undefined && goesOn(found.base, base) ? found.left : nothing;
  };
  return {
    async read(name, base) {
      try {
        return await readLeft(name, base);
      } catch (error) {
        throw asJournalError(error, "read");
      }
    },
    async open(name, base) {
      const file = fileOf(name);
      const path = join(folder, file);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const left = await readLeft(name, base);
        await replace(folder, file, lines.head(name, base, left));
        return journal(await openAppend(path), path, left);
      } catch (error) {
        throw asJournalError(error, "opened");
      }
    },
    async dropStale(name, base) {
      const file = fileOf(name);
      const path = join(folder, file);
      try {
        const found = await readIfThere(path, file);
        if (found !== undefined && found.base.state !== base.state) await rm(path, { force: true });
      } catch (error) {
        throw asJournalError(error, "deleted");
      }
    },
    async drop(name) {
      try {
        await rm(join(folder, fileOf(name)), { force: true });
      } catch (error) {
        throw asJournalError(error, "deleted");
      }
    },
  };
}

function journal(file: AppendFile, path: string, left: Left): Journal {
  const append = async (line: string) => {
    try {
      await file.append(line);
    } catch (error) {
      throw asJournalError(error, "written");
    }
  };
  return {
    left,
    sending: (entries) => append(lines.sending(entries)),
    settled: (state, at) => append(lines.settled(state, at)),
    close: () => file.close(),
    // What cannot be deleted is out of date by its base, once the engine's state has moved on.
    drop() {
      try {
        rmSync(path, { force: true });
      } catch {}
    },
  };
}

/** Whether a run from this base goes on with what one from the other base left. */
function goesOn(left: Base, { state, delivery }: Base): boolean {
  return left.state === state && (delivery === undefined || left.delivery === delivery);
}

/** The stack's name is for people who look into the folder; the digest tells journals apart. */
function fileOf({ stack, deployment, segment, queue }: JournalName): string {
  const identity = JSON.stringify([stack, deployment, segment, queue.accountId, queue.queueId]);
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 16);
  const readable = stack.replace(/[^A-Za-z0-9_-]+/g, "-").slice(-80);
  return `${readable}.${digest}.journal`;
}

async function readIfThere(path: string, file: string) {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return readJournal(text, file);
}

/** Either the old file or the new one is there at any time, whenever the machine stops. */
async function replace(folder: string, file: string, text: string): Promise<void> {
  const temporary = join(folder, `${file}.${randomUUID()}`);
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(folder, file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** A folder cannot be opened on Windows; there the file system itself keeps the order. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The code alone, because the system's messages hold absolute paths and this error may end up in the engine's state. */
function asJournalError(error: unknown, what: string): JournalError {
  if (error instanceof JournalError) return error;
  const code = codeOf(error) ?? "unknown error";
  return new JournalError(
    `the journal cannot be ${what} (${code}). Check the journal's folder: that it can be written and its disk has room`,
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
