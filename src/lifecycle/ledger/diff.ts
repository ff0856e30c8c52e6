import { type Decision, type Digest, decodeRowsLedger, needsRows } from "../../plan/index.ts";
import type { QueueRef } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { QueueLedger, RecordedContent, SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { isUnknown } from "../state/unknown.ts";
import type { RecoveredJournal } from "./merge-journals.ts";
import { findQueueLedger, isSameQueue } from "./queue-ledgers.ts";
import { desiredRows } from "./row-ledger.ts";
import { resolveLedger } from "./segment-ledger.ts";

export interface SegmentDiff {
  readonly changes: boolean;
  readonly decision: Decision;
  /** The ledger of the queue that the segment is pushed to, undefined if there is none yet. */
  readonly recorded: QueueLedger | undefined;
}

type RecordedSegment = QueueLedger & Pick<SegmentOutputs, "elsewhere">;
type DesiredSegment = Omit<SegmentInputs, "resourceUrn" | "deployment">;

/**
 * Compares the ledger with the desired messages; the preview, the plan and the push all decide by it. Pure, except that it reads
 * the data file if that differs from the one in the ledger. Each queue has its own ledger.
 *
 * @param journals journal entries that the state does not contain
 * @param readDigests reads the row digests of a data file's segment
 * @throws SeederError if the ledger is of another kind of content
 */
export async function diffSegment(
  olds: RecordedSegment,
  news: DesiredSegment,
  journals: readonly RecoveredJournal[],
  readDigests: () => Promise<readonly Digest[]>,
): Promise<SegmentDiff> {
  // Only in the preview of a run that creates the queue: that queue may turn out to be the recorded one, adopted or refreshed.
  const unsettled = isUnknown(news.accountId) || isUnknown(news.queueId);
  // A queue that is not known yet is created by this run and has no ledger.
  const recorded = unsettled ? undefined : findQueueLedger(olds, news);
  if (recorded !== undefined) assertSameKind(recorded.content.kind, news);
  const digests = await readDigestsIfNeeded(recorded?.ledger, news, journals, readDigests);
  const { decision, isUpToDate } = resolveLedger(news, recorded?.ledger, journals, digests && { digests });
  const moved = recorded !== olds && (recorded === undefined || !isSameQueue(recorded, olds));
  const changes =
    unsettled ||
    moved ||
    isUnknown(news.digest) ||
    !isUpToDate ||
    (recorded && isLastSegment(recorded)) !== isLastSegment(news);
  return { changes, decision, recorded };
}

/** @throws SeederError if the ledger to be repaired belongs to another queue than the manifest's current one */
export function assertSameQueue(olds: QueueRef, news: QueueRef & Pick<SegmentInputs, "manifest">): void {
  if (isSameQueue(olds, news)) return;
  const queueOf = ({ queueId, accountId }: QueueRef) => `${queueId} of the account ${accountId}`;
  throw new SeederError(
    "QUEUE_CHANGED",
    `the ledger of ${news.manifest} belongs to the queue ${queueOf(olds)}, but the manifest now targets ${queueOf(news)}. ` +
      "Run `pulumi up` first, which pushes to that queue, or name the old one again. Nothing was changed.",
  );
}

async function readDigestsIfNeeded(
  ledger: QueueLedger["ledger"] | undefined,
  news: DesiredSegment,
  journals: readonly RecoveredJournal[],
  readDigests: () => Promise<readonly Digest[]>,
): Promise<readonly Digest[] | undefined> {
  const { content } = news;
  if (content.kind !== "rows") return undefined;
  return journals.length > 0 || needsRows(desiredRows(news, content), decodeRowsLedger(ledger))
    ? readDigests()
    : undefined;
}

/** Ledgers and journals of messages and of rows have different contents, so neither kind can be read as the other. */
export function assertSameKind(
  before: SegmentInputs["content"]["kind"],
  { manifest, content }: Pick<SegmentInputs, "content" | "manifest">,
  where = "its ledger",
): void {
  if (before === content.kind) return;
  const words = { messages: "inline messages", rows: "a data file" } as const;
  throw new SeederError(
    "SOURCE_CHANGED",
    `nothing from ${manifest} was pushed: ${where} records ${words[before]}, but the manifest now has ${words[content.kind]}. ` +
      'Give the manifest another "name"; to avoid pushing messages again, mark them as pushed with `queue-seeder baseline`.',
  );
}

/** Returns whether the segment is the last one of its data file, undefined if it has no data file. */
export function isLastSegment({ content }: { readonly content: RecordedContent }): boolean | undefined {
  return content.kind === "rows" ? content.last : undefined;
}
