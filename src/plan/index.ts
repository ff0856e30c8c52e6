export { continuesLedger, type Decision, decide, isUpToDate } from "./decide.ts";
export {
  createDigest,
  type Digest,
  digestText,
  formatManifestLine,
  type MessageKey,
  manifestDigest,
  messageDigest,
  withCopyIndex,
  withDigests,
} from "./digest.ts";
export { countBodyBytes, encodeMessage, readBody } from "./encode-message.ts";
export {
  assertPacked,
  emptyLedger,
  type Ledger,
  LedgerError,
  type PackedLedger,
  packKeys,
  packLedger,
  parseStored,
  unpackKeys,
  unpackLedger,
} from "./ledger.ts";
export { packBatches, packBatchStream } from "./pack.ts";
export {
  continuesRowLedger,
  type DesiredRows,
  decideRows,
  needsRows,
  packRows,
  type RowRange,
  type RowsLedger,
  singleRow,
  toDoubtRanges,
  toRanges,
  unpackRows,
} from "./rows.ts";
export { createMessageSegment, isSegmentEnd, RowSegmenter, type Segment, segmentSize } from "./segments.ts";
export { packSource, type SourcePrefix, type SourceRecord, unpackSource } from "./source-record.ts";
