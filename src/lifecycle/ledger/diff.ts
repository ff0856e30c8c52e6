import { type Decision, type Digest, needsRows, unpackRows } from "../../plan/index.ts";
import type { QueueRef } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { QueueLedger, SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { isUnknown } from "../state/unknown.ts";
import type { RecoveredJournal } from "./merge-journals.ts";
import { findQueueLedger, isSameQueue } from "./queue-ledgers.ts";
import { desiredRows } from "./row-ledger.ts";
import { resolveLedger } from "./segment-ledger.ts";

export interface SegmentDiff {
  readonly changes: boolean;
  readonly decision: Decision;
  /** The ledger of the queue that the segment goes to; undefined: it has nothing yet. */
  readonly recorded: QueueLedger | undefined;
}

type RecordedSegment = QueueLedger & Pick<SegmentOutputs, "elsewhere">;
type DesiredSegment = Omit<SegmentInputs, "resourceUrn" | "deployment">;

/**
 * Compares the ledger with what is wanted: the preview, the plan and the push all decide by it. Pure, but for a data file
 * that is another one than the ledger's. Each queue has a ledger of its own.
 *
 * @param journals what journals have that the state does not name
 * @param readDigests of the rows of a data file's segment
 * @throws Refusal when the file cannot be compared with the ledger at all
 */
export async function diffSegment(
  olds: RecordedSegment,
  news: DesiredSegment,
  journals: readonly RecoveredJournal[],
  readDigests: () => Promise<readonly Digest[]>,
): Promise<SegmentDiff> {
  // Only in a preview of the run that makes the queue: it may be the one that the ledger is of, adopted or refreshed.
  const unsettled = isUnknown(news.accountId) || isUnknown(news.queueId);
  // A queue that is not known yet is made by this run, and has nothing.
  const recorded = unsettled ? undefined : findQueueLedger(olds, news);
  if (recorded !== undefined) assertSameKind(recorded.content.kind, news);
  const rows = await readDigestsIfNeeded(recorded?.ledger, news, journals, readDigests);
  const { decision, isUpToDate } = resolveLedger(news, recorded?.ledger, journals, rows);
  const moved = recorded !== olds && (recorded === undefined || !isSameQueue(recorded, olds));
  const changes =
    unsettled ||
    moved ||
    isUnknown(news.digest) ||
    !isUpToDate ||
    (recorded && isLastSegment(recorded)) !== isLastSegment(news);
  return { changes, decision, recorded };
}

/** @throws Refusal where a ledger is to be repaired that is not the one of the queue which the manifest goes to now */
export function assertSameQueue(olds: QueueRef, news: QueueRef & Pick<SegmentInputs, "manifest">): void {
  if (isSameQueue(olds, news)) return;
  const queueOf = ({ queueId, accountId }: QueueRef) => `${queueId} of the account ${accountId}`;
  throw new SeederError(
    "QUEUE_CHANGED",
    `the ledger of ${news.manifest} is of the queue ${queueOf(olds)}, and it goes to ${queueOf(news)} now. ` +
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
  return journals.length > 0 || needsRows(desiredRows(news, content), unpackRows(ledger)) ? readDigests() : undefined;
}

/** The ledgers of messages and of rows say different things, so neither can be read as the other, nor can their journals. */
export function assertSameKind(
  before: SegmentInputs["content"]["kind"],
  { manifest, content }: Pick<SegmentInputs, "content" | "manifest">,
  where = "its ledger",
): void {
  if (before === content.kind) return;
  const words = { messages: "messages of its own", rows: "a data file" } as const;
  throw new SeederError(
    "SOURCE_CHANGED",
    `nothing of ${manifest} was pushed: ${where} is of ${words[before]}, and it has ${words[content.kind]} now. ` +
      'Give the manifest another "name"; what must not go again, `queue-seeder baseline` marks as pushed.',
  );
}

/** Whether a data file ended in the segment; undefined: it has no data file. */
export function isLastSegment({ content }: Pick<SegmentInputs, "content">): boolean | undefined {
  return content.kind === "rows" ? content.last : undefined;
}
