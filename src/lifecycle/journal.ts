import { digestOf } from "../plan/index.ts";
import {
  type Base,
  fileJournals,
  type Journal,
  JournalError,
  type JournalName,
  type Journals,
  type Left,
} from "../push/index.ts";
import { Refusal } from "./failure.ts";
import { type JournalPorts, journalFolder } from "./journal-folder.ts";
import type { Ports } from "./ports.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";

/** The journals of a repository. */
export function journalsOf(inputs: Pick<SegmentInputs, "root">, ports: JournalPorts): Journals {
  return fileJournals(journalFolder(inputs, ports));
}

export function journalName(inputs: SegmentInputs): JournalName {
  const { project, stack, deployment, segment, accountId, queueId } = inputs;
  return { stack: `${project}/${stack}`, deployment, segment, queue: { accountId, queueId } };
}

/**
 * Opens the journal of a run, with what an interrupted run left that began from the very same state: with the same ledger,
 * after the same push, and for the same messages where all of them go together. With anything else the state has moved on,
 * or back, without it.
 *
 * @throws Refusal when it cannot be read or written: without it a kill would lose what it should remember
 */
export async function openJournal(
  inputs: SegmentInputs,
  before: SegmentOutputs | undefined,
  ports: Ports,
): Promise<Journal> {
  return refusing(() => journalsOf(inputs, ports).open(journalName(inputs), baseOf(inputs, before)));
}

/** What such a run left, for whoever only looks. @throws Refusal when it cannot be read */
export async function readLeft(
  inputs: SegmentInputs,
  before: SegmentOutputs | undefined,
  ports: JournalPorts,
): Promise<Left> {
  return refusing(() => journalsOf(inputs, ports).read(journalName(inputs), baseOf(inputs, before)));
}

function baseOf({ mode, digest, content }: SegmentInputs, before: SegmentOutputs | undefined): Base {
  const together = content.kind === "rows" ? content.delivery : digest;
  return {
    state: digestOf(JSON.stringify([before?.ledger ?? null, before?.lastPush.at ?? null])),
    delivery: mode === "once" ? undefined : together,
  };
}

/**
 * Drops a journal that the engine's state has moved on without: what is created anew must not find it. One that cannot be
 * read stays for the run that needs it, which says so.
 *
 * @param before outputs that the engine's state holds
 */
export async function dropStaleJournal(inputs: SegmentInputs, before: SegmentOutputs, ports: Ports): Promise<void> {
  await journalsOf(inputs, ports)
    .dropStale(journalName(inputs), baseOf(inputs, before))
    .catch(() => {});
}

export async function dropJournal(inputs: SegmentInputs, ports: Ports): Promise<void> {
  await refusing(() => journalsOf(inputs, ports).drop(journalName(inputs)));
}

async function refusing<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof JournalError) throw new Refusal("JOURNAL_UNUSABLE", `nothing was pushed: ${error.message}.`);
    throw error;
  }
}
