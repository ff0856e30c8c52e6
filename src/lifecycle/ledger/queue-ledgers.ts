import { LedgerError } from "../../plan/index.ts";
import type { QueueRef } from "../../types.ts";
import type { QueueLedger, SegmentOutputs } from "../state/segment.ts";

/** Ledgers of other queues that the state keeps: enough to go back, and not more with each queue that is created anew. */
const keptQueues = 4;

/** Ids of runs that a ledger keeps: journals that were kept elsewhere may come back later than the next run. */
const keptRuns = 20;

/**
 * What the state has of a queue; undefined: nothing was pushed to it.
 *
 * @throws LedgerError for what no version that is known here has written
 */
export function findQueueLedger(
  olds: (QueueLedger & Pick<SegmentOutputs, "elsewhere">) | undefined,
  queue: QueueRef,
): QueueLedger | undefined {
  if (olds === undefined) return undefined;
  if (!Array.isArray(olds.runs) || !Array.isArray(olds.elsewhere)) {
    throw new LedgerError("it is not in queue-seeder's format");
  }
  return [olds, ...olds.elsewhere].find((each) => isSameQueue(each, queue));
}

export function isSameQueue(a: QueueRef, b: QueueRef): boolean {
  return a.accountId === b.accountId && a.queueId === b.queueId;
}

/** The ledgers beside that of the queue which the segment goes to now. */
export function otherQueueLedgers(olds: SegmentOutputs | undefined, queue: QueueRef): readonly QueueLedger[] {
  if (olds === undefined) return [];
  const { accountId, queueId, content, ledger, runs } = olds;
  return [{ accountId, queueId, content, ledger, runs }, ...olds.elsewhere]
    .filter((each) => !isSameQueue(each, queue))
    .slice(0, keptQueues);
}

/** The ids that a ledger has after a run. @param added of the run, and of what it took over; none: nothing changed */
export function addRuns(before: QueueLedger | undefined, added: readonly string[]): readonly string[] {
  return [...new Set([...added, ...(before?.runs ?? []).slice(0, keptRuns)])];
}
