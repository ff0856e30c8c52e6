import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { debug } from "../../debug.ts";
import { openAppend } from "./append-file.ts";
import { createFile, exists, moveIfThere, withJournalError } from "./disk.ts";
import { encodeLine, parseContent } from "./format.ts";
import { type KnownHeads, listHeads } from "./heads.ts";
import { describeThisProcess, isRunning } from "./owner.ts";
import {
  type FoundJournal,
  type Journal,
  JournalError,
  type JournalHead,
  type JournalSite,
  type Journals,
} from "./types.ts";

/** The open journals of this process. */
const openInThisProcess = new Set<string>();

/**
 * Stores each journal as a file in a folder that only this user can access. It reads the head of each journal once.
 *
 * @param folder an absolute path; created with the first journal
 */
export function fileJournals(folder: string): Journals {
  const known: KnownHeads = new Map();
  const found = (file: string, head: JournalHead, removed: boolean): FoundJournal => ({
    head,
    file,
    removed,
    read: () => withJournalError("read", async () => parseContent(await readFile(join(folder, file), "utf8"), file)),
  });
  return {
    list: (site, isWanted = () => true) =>
      withJournalError("read", async () => {
        const journals: FoundJournal[] = [];
        for (const { file, head } of await listHeads(folder, site && formatSite(site), known)) {
          if (isWanted(head)) journals.push(found(file, head, file.endsWith(removedEnding)));
        }
        return journals.sort((a, b) => order(a.head).localeCompare(order(b.head)));
      }),
    take: ({ head, file, removed }) =>
      withJournalError("taken over", async () => {
        // The run that wrote it checks for its file before each request, after writing the line of that request.
        const taken = formatFileName(head, `.${randomBytes(4).toString("hex")}${removed ? removedEnding : ending}`);
        const isMine = await moveIfThere(folder, file, taken);
        debug("journal: take", () => ({ file, isMine }));
        return isMine ? found(taken, head, removed) : undefined;
      }),
    begin: (head, left) =>
      withJournalError("opened", async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = formatFileName(head, ending);
        await createFile(folder, file, encodeLine.head(head) + encodeLine.left(left));
        debug("journal: begin", () => ({ file, pushedBefore: left.pushed.length, inDoubtBefore: left.inDoubt.length }));
        return openJournal(folder, file, head);
      }),
    drop({ file }) {
      debug("journal: drop", () => ({ file }));
      return withJournalError("deleted", () => rm(join(folder, file), { force: true }));
    },
    markRemoved: ({ head, file, removed }) =>
      withJournalError("marked", async () => {
        if (!removed) await moveIfThere(folder, file, formatFileName(head, removedEnding));
      }),
    async isAlive({ head: { id, owner }, read }) {
      const { machine, pid, started } = await describeThisProcess();
      const isOwn = owner.machine === machine && owner.pid === pid && owner.started === started;
      if (!(isOwn ? openInThisProcess.has(id) : await isRunning(owner))) return false;
      return !(await read()).ended;
    },
  };
}

async function openJournal(folder: string, file: string, { id, lineage }: JournalHead): Promise<Journal> {
  const path = join(folder, file);
  const appended = await openAppend(path);
  openInThisProcess.add(id);
  const append = (line: string) => withJournalError("written", () => appended.append(line));
  const end = async () => {
    openInThisProcess.delete(id);
    await appended.close();
  };
  return {
    id,
    lineage,
    recordSending(entries) {
      debug("journal: sending", () => ({ id, messages: entries.length }));
      return append(encodeLine.sending(entries));
    },
    recordOutcome(state, at) {
      debug("journal: outcome", () => ({ id, state, messages: at.length }));
      return append(encodeLine.outcome(state, at));
    },
    async assertOwned() {
      if (await withJournalError("read", () => exists(path))) return;
      throw new JournalError(
        "JOURNAL_TAKEN: another run took over the journal and continues with it, so this one stops",
      );
    },
    async close() {
      await append(encodeLine.ended()).finally(end);
    },
    async discard() {
      await end();
      await withJournalError("deleted", () => rm(path, { force: true }));
    },
  };
}

const ending = ".journal";
const removedEnding = ".removed.journal";

/** Builds a file name that `listHeads` finds. The site is for readers of the folder; `rest` makes the name unique. */
function formatFileName(head: JournalHead, rest: string): string {
  const readable = head.resource.replace(/[^A-Za-z0-9_-]+/g, "-").slice(-60);
  return `${readable}.${formatSite(head)}.${head.id}${rest}`;
}

function formatSite({ queue, segment }: JournalSite): string {
  const identity = JSON.stringify([queue.accountId, queue.queueId, segment]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 16);
}

function order({ startedAt, id }: JournalHead): string {
  return `${startedAt} ${id}`;
}
