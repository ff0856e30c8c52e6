import { type FoundJournal, fileJournals, JournalError, type JournalHead, type Journals } from "../../push/index.ts";
import { SeederError } from "../errors.ts";
import { assertSameKind } from "../ledger/diff.ts";
import type { RecoveredJournal } from "../ledger/merge-journals.ts";
import { allQueueLedgers } from "../ledger/queue-ledgers.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { type JournalHost, journalFolder } from "./journal-folder.ts";
import { isOfSegment, type JournalQuery, type PreviousState, toJournalQuery } from "./journal-query.ts";

/** The journals that a process opened, by folder. */
const opened = new WeakMap<JournalHost, Map<string, Journals>>();

/** Opens the journals of a repository, once in a process. */
export function openJournals(inputs: Pick<SegmentInputs, "root">, host: JournalHost): Journals {
  const folder = journalFolder(inputs, host);
  const ofHost = opened.get(host) ?? new Map<string, Journals>();
  opened.set(host, ofHost);
  const journals = ofHost.get(folder) ?? fileJournals(folder);
  ofHost.set(folder, journals);
  return journals;
}

/** A journal with entries that the state does not contain. */
export interface OpenJournal extends RecoveredJournal {
  readonly found: FoundJournal;
}

/** Journals of a segment, classified by the state. */
export interface SegmentJournals {
  /** Journals that the ledger must take over, those that continue the ledger first. */
  readonly open: readonly OpenJournal[];
  /** Journals to delete: their entries are in the state or in another journal, they are empty, or their resource is deleted. */
  readonly spent: readonly FoundJournal[];
}

/**
 * Finds and classifies the journals of a segment. Changes nothing.
 *
 * @throws JournalError if a journal cannot be read; SeederError if one has content of another kind
 */
export async function findSegmentJournals(query: JournalQuery, journals: Journals): Promise<SegmentJournals> {
  const open: OpenJournal[] = [];
  const spent: FoundJournal[] = [];
  const isKnown = (head: JournalHead) => query.recorded?.runs.includes(head.id) || isOfSegment(head, query);
  for (const found of await journals.list(query, isKnown)) {
    const classified = await classifyJournal(found, query);
    if (classified === "spent") spent.push(found);
    else if (classified !== "other") open.push(classified);
  }
  const takenOverIds = new Set(open.flatMap(({ found: { head } }) => head.takenOver));
  const [taken, rest] = [
    open.filter(({ found }) => takenOverIds.has(found.head.id)),
    open.filter(({ found }) => !takenOverIds.has(found.head.id)),
  ];
  // Journals that may continue the ledger come before those that can only put messages in doubt.
  const ordered = [...rest.filter(({ isNext }) => isNext), ...rest.filter(({ isNext }) => !isNext)];
  return { open: ordered, spent: [...spent, ...taken.map(({ found }) => found)] };
}

async function classifyJournal(found: FoundJournal, query: JournalQuery): Promise<OpenJournal | "spent" | "other"> {
  const { head, removed } = found;
  const { recorded, lineage, deployments, content } = query;
  if (recorded?.runs.includes(head.id)) return "spent";
  if (!isOfSegment(head, query)) return "other";
  const isOwn = head.lineage === lineage;
  const isDeployed = deployments.includes(head.deployment);
  if (removed && !isOwn) return "spent";
  const { entries, ended } = await found.read();
  if (entries.pushed.length + entries.inDoubt.length === 0) return "spent";
  // A run without checkpoints that did not finish left nothing in the state, not even its deployment id.
  const wasFirst = recorded === undefined && (isDeployed || (head.uncheckpointed && !ended));
  const isNext = head.base === (recorded?.runs[0] ?? null) && (isOwn || wasFirst);
  // Its entries, pushed or in doubt, do not apply to content of the other kind, yet the messages may be in the queue.
  if (head.kind !== content.kind) assertSameKind(head.kind, query, "the journal of an earlier run");
  const { delivery, deliveryNumber, startsOver } = head;
  return { ...entries, delivery, deliveryNumber, startsOver, isNext, found };
}

/**
 * Returns journal entries that the state does not contain, without changing anything.
 *
 * @throws SeederError if a journal cannot be read
 */
export async function readRecoveredEntries(
  inputs: SegmentInputs,
  olds: PreviousState | undefined,
  host: JournalHost,
): Promise<readonly OpenJournal[]> {
  return withJournalErrors(
    async () => (await findSegmentJournals(toJournalQuery(inputs, olds), openJournals(inputs, host))).open,
  );
}

/** Deletes the journals of a segment whose entries are in the state. @param olds outputs in the Pulumi state */
export async function dropSpentJournals(
  inputs: SegmentInputs,
  olds: PreviousState,
  host: JournalHost,
): Promise<readonly OpenJournal[]> {
  return withJournalErrors(async () => {
    const journals = openJournals(inputs, host);
    const { open, spent } = await findSegmentJournals(toJournalQuery(inputs, olds), journals);
    for (const found of spent) if (!(await journals.isAlive(found))) await journals.drop(found);
    return open;
  });
}

/**
 * Marks the journals of a deleted resource as removed and deletes those that its ledgers contain. Entries that are in no ledger
 * are used again only if the state keeps the resource after all.
 */
export async function markJournalsRemoved(olds: SegmentOutputs, host: JournalHost): Promise<void> {
  await withJournalErrors(async () => {
    const journals = openJournals(olds, host);
    for (const recorded of allQueueLedgers(olds)) {
      for (const found of await journals.list({ queue: recorded, segment: olds.segment })) {
        const { id, lineage } = found.head;
        if (recorded.runs.includes(id)) await journals.drop(found);
        // A journal of another lineage may belong to the resource that replaces this one, from a run whose state was not saved.
        else if (lineage === olds.lineage) await journals.markRemoved(found);
      }
    }
  });
}

/** Marks the journals of ended deployments as removed, those of segments that never reached the state included. */
export async function markDeploymentsRemoved(
  deployments: readonly string[],
  where: Pick<SegmentInputs, "root">,
  host: JournalHost,
): Promise<void> {
  const journals = openJournals(where, host);
  for (const found of await journals.list()) {
    if (deployments.includes(found.head.deployment)) await journals.markRemoved(found);
  }
}

/**
 * Converts a JournalError into a refusal: without its journal, a run after a kill could not account for what was sent.
 *
 * @throws SeederError
 */
export async function withJournalErrors<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof JournalError)
      throw new SeederError("JOURNAL_UNUSABLE", `nothing was pushed: ${error.message}.`);
    throw error;
  }
}
