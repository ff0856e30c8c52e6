export { continuesLedger, type Decision, decide, isUpToDate } from "./decide.ts";
export {
  createDigest,
  type Digest,
  digestText,
  formatManifestLine,
  type MessageKey,
  manifestDigest,
  messageDigest,
  rowsDigest,
  withCopyIndex,
  withDigests,
} from "./digest.ts";
export { countBodyBytes, encodeMessage, readBody } from "./encode-message.ts";
export {
  assertEncodedLedger,
  decodeKeys,
  decodeLedger,
  type EncodedLedger,
  emptyLedger,
  encodeKeys,
  encodeLedger,
  type Ledger,
  LedgerError,
  parseStored,
} from "./ledger.ts";
export { countBatches, packBatchStream } from "./pack.ts";
export {
  continuesRowLedger,
  type DesiredRows,
  decideRows,
  decodeRowsLedger,
  encodeRowsLedger,
  needsRows,
  type RowRange,
  type RowsLedger,
  singleRow,
  toDoubtRanges,
  toRanges,
} from "./rows.ts";
export { createMessageSegment, isSegmentEnd, RowSegmenter, type Segment, segmentSize } from "./segments.ts";
export {
  decodeSourceRecord,
  encodeSourceRecord,
  type SourcePrefix,
  type SourceRecord,
} from "./source-record.ts";
