import {
  type FoundJournal,
  fileJournals,
  JournalError,
  type JournalHead,
  type JournalSite,
  type Journals,
} from "../../push/index.ts";
import { SeederError } from "../errors.ts";
import { assertSameKind } from "../ledger/diff.ts";
import type { RecoveredJournal } from "../ledger/merge-journals.ts";
import { findQueueLedger } from "../ledger/queue-ledgers.ts";
import type { QueueLedger, SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { type JournalPorts, journalFolder } from "./journal-folder.ts";

/** By what a segment finds its journals, and what the state has of the queue that it goes to. */
export interface JournalQuery extends JournalSite {
  readonly manifest: string;
  readonly content: SegmentInputs["content"];
  /** undefined: the state does not have the resource. */
  readonly lineage: string | undefined;
  /** As the program has it and, after a rename was taken back, as the state does. */
  readonly deployments: readonly string[];
  readonly resource: string;
  /** Places of the names that the manifest had before: what a state that was never saved knew it by. */
  readonly formerPlaces: readonly string[];
  readonly recorded: QueueLedger | undefined;
}

type PreviousState = Pick<SegmentOutputs, "lineage" | "deployment" | "elsewhere"> & QueueLedger;

export function toJournalQuery(inputs: SegmentInputs, olds: PreviousState | undefined): JournalQuery {
  const { accountId, queueId, segment, manifest, content, resourceUrn } = inputs;
  return {
    queue: { accountId, queueId },
    segment,
    manifest,
    content,
    lineage: olds?.lineage,
    deployments: [inputs.deployment, olds?.deployment ?? ""].filter((id) => id !== ""),
    resource: placeOf(inputs, resourceUrn),
    formerPlaces: (inputs.formerNames ?? []).map((name) => placeOf(inputs, formerUrn(inputs, name))),
    recorded: findQueueLedger(olds, inputs),
  };
}

function placeOf({ project, stack }: Pick<SegmentInputs, "project" | "stack">, resourceUrn: string): string {
  return `${project}/${stack} ${resourceUrn}`;
}

/** The URN that the segment had under a former name of its manifest's resource. */
function formerUrn({ resourceUrn, segment }: SegmentInputs, name: string): string {
  return `${resourceUrn.slice(0, resourceUrn.lastIndexOf("::") + 2)}${name}/${segment}`;
}

/** Whether a journal is of the segment, by any of the things that the segment is known by. */
export function isOfSegment(
  { lineage, deployment, place }: JournalHead,
  query: Pick<JournalQuery, "lineage" | "deployments" | "resource" | "formerPlaces">,
): boolean {
  return (
    lineage === query.lineage ||
    query.deployments.includes(deployment) ||
    [query.resource, ...query.formerPlaces].includes(place)
  );
}

/** The journals of a repository. */
export function openJournals(inputs: Pick<SegmentInputs, "root">, host: JournalPorts): Journals {
  return fileJournals(journalFolder(inputs, host));
}

/** A journal with something in it that the state does not name. */
export interface OpenJournal extends RecoveredJournal {
  readonly found: FoundJournal;
}

/** Journals of a segment, by what the state says of them. */
export interface SegmentJournals {
  /** What the ledger is to take over, in the order in which it was written. */
  readonly open: readonly OpenJournal[];
  /** The state, or another journal, has what they have; or nothing is in them, or the resource is deleted. */
  readonly spent: readonly FoundJournal[];
}

/**
 * Finds the journals of a segment, and judges each by what the state says of it. Changes nothing.
 *
 * @throws JournalError when one cannot be read; Refusal when one is of another kind of content
 */
export async function findSegmentJournals(query: JournalQuery, journals: Journals): Promise<SegmentJournals> {
  const open: OpenJournal[] = [];
  const spent: FoundJournal[] = [];
  for (const found of await journals.list(query)) {
    const classified = await classifyJournal(found, query);
    if (classified === "spent") spent.push(found);
    else if (classified !== "other") open.push(classified);
  }
  const over = new Set(open.flatMap(({ found: { head } }) => head.over));
  const [taken, rest] = [
    open.filter(({ found }) => over.has(found.head.id)),
    open.filter(({ found }) => !over.has(found.head.id)),
  ];
  // What may follow from the ledger comes before what only casts doubt on it.
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
  // A run without checkpoints that did not come to its end left nothing in the state, not even what it is deployed as.
  const wasFirst = recorded === undefined && (isDeployed || (head.uncheckpointed && !ended));
  const isNext = head.base === (recorded?.runs[0] ?? null) && (isOwn || wasFirst);
  // What it has, proven or in doubt, says nothing of content of the other kind, and may be in the queue.
  if (head.kind !== content.kind) assertSameKind(head.kind, query, "the journal of an earlier run");
  const { delivery, deliveryNumber, fresh } = head;
  return { ...entries, delivery, deliveryNumber, fresh, isNext, found };
}

/**
 * What journals have that the state does not name, for whoever only looks.
 *
 * @throws Refusal when one cannot be read
 */
export async function readRecoveredEntries(
  inputs: SegmentInputs,
  olds: PreviousState | undefined,
  host: JournalPorts,
): Promise<readonly OpenJournal[]> {
  return withJournalErrors(
    async () => (await findSegmentJournals(toJournalQuery(inputs, olds), openJournals(inputs, host))).open,
  );
}

/** Deletes the journals of a segment whose content the state has. @param olds as the engine's state holds them */
export async function dropSpentJournals(
  inputs: SegmentInputs,
  olds: PreviousState,
  host: JournalPorts,
): Promise<readonly OpenJournal[]> {
  return withJournalErrors(async () => {
    const journals = openJournals(inputs, host);
    const { open, spent } = await findSegmentJournals(toJournalQuery(inputs, olds), journals);
    for (const found of spent) if (!(await journals.isAlive(found))) await journals.drop(found);
    return open;
  });
}

/** The resource is deleted: what its journals have, and its ledger does not, is to be found only if the state keeps it all the same. */
export async function markJournalsRemoved(olds: SegmentOutputs, host: JournalPorts): Promise<void> {
  await withJournalErrors(async () => {
    const journals = openJournals(olds, host);
    for (const recorded of [olds, ...olds.elsewhere]) {
      for (const found of await journals.list({ queue: recorded, segment: olds.segment })) {
        const { id, lineage } = found.head;
        if (recorded.runs.includes(id)) await journals.drop(found);
        // One of another lineage may be that of the resource which takes this one's place, by a run whose state was not saved.
        else if (lineage === olds.lineage) await journals.markRemoved(found);
      }
    }
  });
}

/** The same of deployments that have come to their end, with segments that the state may never have had. */
export async function markDeploymentsRemoved(
  deployments: readonly string[],
  where: Pick<SegmentInputs, "root">,
  host: JournalPorts,
): Promise<void> {
  const journals = openJournals(where, host);
  for (const found of await journals.list()) {
    if (deployments.includes(found.head.deployment)) await journals.markRemoved(found);
  }
}

/** @throws Refusal instead of a JournalError: without its journal a run would not know after a kill what it sent */
export async function withJournalErrors<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof JournalError)
      throw new SeederError("JOURNAL_UNUSABLE", `nothing was pushed: ${error.message}.`);
    throw error;
  }
}
