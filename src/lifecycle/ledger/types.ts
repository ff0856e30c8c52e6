import type { Decision, Digest, PackedLedger } from "../../plan/index.ts";
import type { RecoveredEntries } from "../../push/index.ts";
import type { SegmentInputs } from "../state/segment.ts";

export type DesiredSegment = Pick<SegmentInputs, "mode" | "digest" | "messages" | "content" | "deliveryNumber">;
export type SegmentContentOf<Kind> = Extract<SegmentInputs["content"], { kind: Kind }>;

/** A segment's ledger, whichever of its two forms it has. Messages are numbered from 0 in the segment. */
export interface SegmentLedger {
  readonly decision: Decision;
  /** Of what is kept, ascending: the engine's state does not know it, a journal does. */
  readonly recovered: readonly number[];
  /** Of these: sent again after an answer was lost, so that they may have arrived twice. */
  readonly possiblyDuplicated: readonly number[];
  /** Whether there is nothing to do, the ledger's own bookkeeping included. */
  readonly isUpToDate: boolean;
  /** What the delivery is of: the digest that the ledger has after it. */
  readonly delivery: Digest;
  /** The number of the delivery, if the segments of a data file share it. */
  readonly deliveryNumber?: number | undefined;
  /** Whether all goes again, so that what the engine's state has as pushed is no part of the delivery. */
  readonly fresh: boolean;
  /** What journals have that the engine's state does not know, as far as it is part of the delivery. */
  readonly carriedOver: RecoveredEntries;
  /** What the journal knows the message by. */
  keyOf(index: number): string;
  /** What people know it by: its id; of a data file its row's number, from 1. */
  labelOf(index: number): string;
  /** The ledger after a run, for the engine's state. Indices ascending. */
  write(pushed: readonly number[], inDoubt: readonly number[]): PackedLedger;
}
