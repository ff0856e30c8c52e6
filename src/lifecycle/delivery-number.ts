import { decodeRowsLedger, LedgerError } from "../plan/index.ts";
import type { QueueRef } from "../types.ts";
import { findQueueLedger } from "./ledger/queue-ledgers.ts";
import { desiredRows } from "./ledger/row-ledger.ts";
import type { SegmentInputs, SegmentOutputs } from "./state/segment.ts";

type SharedSegment = Pick<SegmentInputs, "mode" | "digest" | "messages" | "content">;

/** Checks whether segments share one delivery, so that no single segment can decide whether the delivery is complete. */
export function isSharedDelivery(segments: readonly SharedSegment[]): boolean {
  return segments.length > 1 && segments.every(({ mode, content }) => mode !== "once" && content.kind === "rows");
}

/**
 * Returns the number of the delivery that the next run makes of a data file: the last number if its rows are unchanged, unless
 * `every_deploy` has finished that delivery; otherwise the next number. It depends on the state alone, so a run after an
 * interrupted one computes the same number and resumes from the journals. An unreadable ledger does not finish a delivery: the
 * provider rejects its segment, and the other segments must not start a new delivery because of it.
 *
 * @param segments segments of the data file, in order
 * @param recorded recorded outputs of each segment, undefined if there are none
 */
export function resolveDeliveryNumber(
  segments: readonly SharedSegment[],
  recorded: readonly (SegmentOutputs | undefined)[],
  queue: QueueRef,
): number {
  const parts = segments.map((segment, index) => {
    const ledger = readRowLedger(recorded[index], queue);
    if (ledger === undefined || segment.content.kind !== "rows") return undefined;
    const { deliveryDigest, onceDigest } = desiredRows(segment, segment.content);
    const isSame = ledger.deliveryDigest === deliveryDigest || ledger.deliveryDigest === onceDigest;
    return { number: ledger.deliveryNumber ?? 0, isSame, isFinished: ledger.complete && isSame };
  });
  const last = Math.max(0, ...parts.map((part) => part?.number ?? 0));
  const started = parts.filter((part) => part?.number === last);
  if (started.length === 0 || started.some((part) => !part?.isSame)) return last + 1;
  const isFinished = parts.every((part) => part?.number === last && part.isFinished);
  return isFinished && segments[0]?.mode === "every_deploy" ? last + 1 : last;
}

/** @returns undefined if there is no ledger, or if it cannot be read */
function readRowLedger(
  recorded: SegmentOutputs | undefined,
  queue: QueueRef,
): ReturnType<typeof decodeRowsLedger> | undefined {
  try {
    const found = findQueueLedger(recorded, queue);
    return found?.content.kind === "rows" ? decodeRowsLedger(found.ledger) : undefined;
  } catch (error) {
    if (error instanceof LedgerError) return undefined;
    throw error;
  }
}
