import type { Decision, Digest, EncodedLedger } from "../../plan/index.ts";
import type { RecoveredEntries } from "../../push/index.ts";
import type { SegmentInputs } from "../state/segment.ts";

export type DesiredSegment = Pick<SegmentInputs, "mode" | "digest" | "messages" | "content" | "deliveryNumber">;
export type SegmentContentOf<Kind> = Extract<SegmentInputs["content"], { kind: Kind }>;

/** The id of each row of a segment; undefined for a row without one. */
export type MessageIds = readonly (string | undefined)[];

/** What a run has read of the rows of a data file's segment. */
export interface ReadRows {
  readonly digests: readonly Digest[];
  /** For the labels of the rows; undefined if they are not needed. */
  readonly ids?: MessageIds | undefined;
}

/** A segment's ledger, of messages or of rows. Messages are numbered from 0 in the segment. */
export interface SegmentLedger {
  readonly decision: Decision;
  /** Pushed messages that a journal contains and the Pulumi state does not, ascending. */
  readonly recovered: readonly number[];
  /** Those of `recovered` that were sent again after a lost response, so they may have arrived twice. */
  readonly possiblyDuplicated: readonly number[];
  /** Whether there is nothing to do, including updates of the ledger's own fields. */
  readonly isUpToDate: boolean;
  /** Digest that the ledger has after the delivery. */
  readonly deliveryDigest: Digest;
  /** The number of the delivery, if the segments of a data file share it. */
  readonly deliveryNumber?: number | undefined;
  /** Whether the run continues a delivery, recorded in the state or in a journal, instead of beginning one. */
  readonly resumed: boolean;
  /** Whether the delivery pushes everything again, so that pushed messages in the Pulumi state are not part of it. */
  readonly startsOver: boolean;
  /** Journal entries that the Pulumi state does not contain, as far as they are part of the delivery. */
  readonly carriedOver: RecoveredEntries;
  /** Returns the key of a message in the journal. */
  keyOf(index: number): string;
  /**
   * Returns the label of a message: its id or number, and for a row its number in the file with its id, if the rows were read.
   *
   * @param id of the row, for a caller that reads the rows later
   */
  labelOf(index: number, id?: string): string;
  /** Encodes the ledger after a run for the Pulumi state. Indices ascending. */
  write(pushed: readonly number[], inDoubt: readonly number[]): EncodedLedger;
}
