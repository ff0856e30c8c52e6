import type { QueueRef } from "../../types.ts";
import type { QueueLedger, SegmentOutputs } from "../state/segment.ts";

/**
 * Maximum number of ledgers of other queues in the state: enough to switch back, without growing each time a queue is recreated.
 */
const keptQueues = 4;

/** Maximum number of earlier run ids in a ledger: journals that were stored elsewhere may reappear after several runs. */
const keptRuns = 20;

/** Returns the ledger of a queue, undefined if nothing was pushed to it. */
export function findQueueLedger(
  olds: (QueueLedger & Pick<SegmentOutputs, "elsewhere">) | undefined,
  queue: QueueRef,
): QueueLedger | undefined {
  return allQueueLedgers(olds).find((each) => isSameQueue(each, queue));
}

/** Returns the ledgers of all queues that a segment was pushed to, the current one first. */
export function allQueueLedgers(
  olds: (QueueLedger & Pick<SegmentOutputs, "elsewhere">) | undefined,
): readonly QueueLedger[] {
  return olds === undefined ? [] : [olds, ...(olds.elsewhere ?? [])];
}

/** Reports whether a ledger has any message, pushed or in doubt. */
export function recordsMessages({ ledger: { pushed = "", inDoubt = "" } }: Pick<QueueLedger, "ledger">): boolean {
  return pushed !== "" || inDoubt !== "";
}

export function isSameQueue(a: QueueRef, b: QueueRef): boolean {
  return a.accountId === b.accountId && a.queueId === b.queueId;
}

/** Returns the ledgers of all queues but the segment's current one. */
export function otherQueueLedgers(olds: SegmentOutputs | undefined, queue: QueueRef): readonly QueueLedger[] {
  if (olds === undefined) return [];
  const { accountId, queueId, content, ledger, runs, workerLedger } = olds;
  const own = { accountId, queueId, content, ledger, runs, ...(workerLedger !== undefined && { workerLedger }) };
  return [own, ...(olds.elsewhere ?? [])].filter((each) => !isSameQueue(each, queue)).slice(0, keptQueues);
}

/**
 * Returns the run ids of a ledger after a run. @param added ids of the run and of the journals it took over, empty if nothing
 * changed
 */
export function addRuns(before: QueueLedger | undefined, added: readonly string[]): readonly string[] {
  return [...new Set([...added, ...(before?.runs ?? []).slice(0, keptRuns)])];
}
