import { formatRowLabel } from "../../labels.ts";
import {
  continuesRowLedger,
  type DesiredRows,
  decideRows,
  decodeRowsLedger,
  type EncodedLedger,
  encodeRowsLedger,
  isUpToDate,
  toDoubtRanges,
  toRanges,
} from "../../plan/index.ts";
import {
  formatRowKey,
  mergeRowJournals,
  type RecoveredJournal,
  recoveredFrom,
  startOfJournal,
} from "./merge-journals.ts";
import type { DesiredSegment, ReadRows, SegmentContentOf, SegmentLedger } from "./types.ts";

/** Returns the number of rows before a segment in its data file. */
export function firstRow({ content }: Pick<DesiredSegment, "content">): number {
  return content.kind === "rows" ? content.from : 0;
}

/** Returns the number of a segment's row in the whole file, from 1. @param index in the segment, from 0 */
export function rowNumber(inputs: Pick<DesiredSegment, "content">, index: number): number {
  return firstRow(inputs) + index + 1;
}

/** Returns the desired rows, which are compared with the ledger of a data file. */
export function desiredRows(
  { mode, messages, deliveryNumber }: DesiredSegment,
  { rows, delivery }: SegmentContentOf<"rows">,
): DesiredRows {
  // A preview may not have the number yet.
  const knownNumber = typeof deliveryNumber === "number" ? deliveryNumber : undefined;
  return {
    mode,
    deliveryDigest: mode === "once" || delivery === undefined ? rows : delivery,
    onceDigest: rows,
    rows: messages,
    deliveryNumber: knownNumber,
  };
}

/** Resolves the ledger of a data file's segment; see `resolveLedger`. */
export function rowLedger(
  inputs: DesiredSegment,
  content: SegmentContentOf<"rows">,
  recorded: EncodedLedger | undefined,
  journals: readonly RecoveredJournal[],
  read: ReadRows | undefined,
): SegmentLedger {
  const { digests, ids } = read ?? {};
  const desired = desiredRows(inputs, content);
  const recordedRows = decodeRowsLedger(recorded);
  const { ledger, carriedOver } = mergeRowJournals(recordedRows, journals, digests ?? []);
  const decision = decideRows(desired, ledger, digests);
  const known = () => {
    if (digests === undefined) throw new Error("the rows of a data file were not read");
    return digests;
  };
  const keyOf = (index: number) => formatRowKey(index, known()[index] ?? "");
  return {
    decision,
    ...recoveredFrom(decision, () => decideRows(desired, recordedRows, digests), journals, keyOf),
    isUpToDate:
      journals.length === 0 && isUpToDate(decision, ledger) && ledger.deliveryDigest === desired.deliveryDigest,
    deliveryDigest: desired.deliveryDigest,
    deliveryNumber: desired.deliveryNumber,
    ...startOfJournal(continuesRowLedger(desired, ledger), journals, carriedOver),
    keyOf,
    labelOf: (index, id = ids?.[index]) => formatRowLabel(rowNumber(inputs, index), id),
    write: (pushed, inDoubt) =>
      encodeRowsLedger({
        deliveryDigest: desired.deliveryDigest,
        complete: pushed.length === desired.rows,
        deliveryNumber: desired.deliveryNumber,
        pushed: toRanges(pushed, known()),
        inDoubt: toDoubtRanges(inDoubt, known()),
      }),
  };
}
