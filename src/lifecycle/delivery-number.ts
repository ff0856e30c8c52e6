import { LedgerError, unpackRows } from "../plan/index.ts";
import type { QueueRef } from "../types.ts";
import { findQueueLedger } from "./ledger/queue-ledgers.ts";
import { desiredRows } from "./ledger/row-ledger.ts";
import type { SegmentInputs, SegmentOutputs } from "./state/segment.ts";

type Wanted = Pick<SegmentInputs, "mode" | "digest" | "messages" | "content">;

/** Whether segments are parts of one delivery, so that none of them can say by itself whether that is finished. */
export function isSharedDelivery(segments: readonly Wanted[]): boolean {
  return segments.length > 1 && segments.every(({ mode, content }) => mode !== "once" && content.kind === "rows");
}

/**
 * Finds the number of the delivery that the next run makes of a data file: that of the last one while it is of the same rows and
 * has something left to push, otherwise the next number. It follows from the state alone, so the run after one that was killed
 * comes to the same number, and goes on by the journals. A ledger that cannot be read finishes nothing: the provider refuses its
 * segment, and the others must not begin a new delivery because of it.
 *
 * @param segments of the data file, in order
 * @param recorded what the state has of each; undefined: nothing
 */
export function deliveryNumberOf(
  segments: readonly Wanted[],
  recorded: readonly (SegmentOutputs | undefined)[],
  queue: QueueRef,
): number {
  const parts = segments.map((segment, index) => {
    const ledger = readRowLedger(recorded[index], queue);
    if (ledger === undefined || segment.content.kind !== "rows") return undefined;
    const { identity, once } = desiredRows(segment, segment.content);
    const isSame = ledger.identity === identity || ledger.identity === once;
    return { number: ledger.delivery ?? 0, isSame, isFinished: ledger.complete && isSame };
  });
  const last = Math.max(0, ...parts.map((part) => part?.number ?? 0));
  const started = parts.filter((part) => part?.number === last);
  if (started.length === 0 || started.some((part) => !part?.isSame)) return last + 1;
  const isFinished = parts.every((part) => part?.number === last && part.isFinished);
  return isFinished && segments[0]?.mode === "every_deploy" ? last + 1 : last;
}

/** @returns undefined if there is none that can be read */
function readRowLedger(
  recorded: SegmentOutputs | undefined,
  queue: QueueRef,
): ReturnType<typeof unpackRows> | undefined {
  try {
    const found = findQueueLedger(recorded, queue);
    return found?.content.kind === "rows" ? unpackRows(found.ledger) : undefined;
  } catch (error) {
    if (error instanceof LedgerError) return undefined;
    throw error;
  }
}
