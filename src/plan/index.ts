export { type Decision, decide, goesOn, isSettled } from "./decide.ts";
export {
  type Digest,
  digestOf,
  keyed,
  type MessageKey,
  manifestDigest,
  manifestLine,
  messageDigest,
  numbered,
  runningDigest,
} from "./digest.ts";
export {
  emptyLedger,
  type Ledger,
  LedgerError,
  type PackedLedger,
  packKeys,
  packLedger,
  unpackKeys,
  unpackLedger,
} from "./ledger.ts";
export { pack, packStream } from "./pack.ts";
export { bodyBytes, messageLabel, toParcel } from "./parcel.ts";
export {
  decideRows,
  goesOnRows,
  needsRows,
  packRows,
  type RowRange,
  type RowsLedger,
  rowRange,
  toDoubts,
  toRanges,
  unpackRows,
  type WantedRows,
} from "./rows.ts";
export { messagesSegment, RowSegmenter, type Segment } from "./segments.ts";
