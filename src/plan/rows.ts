import type { PushMode } from "../types.ts";
import type { Decision } from "./decide.ts";
import { type Digest, isDigest, rowsDigest } from "./digest.ts";
import { assertEncodedLedger, type EncodedLedger, LedgerError, ledgerVersion, omitEmptyEntries } from "./ledger.ts";

/** Consecutive rows of a segment, numbered from 0 in the segment. */
export interface RowRange {
  readonly from: number;
  readonly rows: number;
  readonly digest: Digest;
}

/** The record of what was pushed for a segment of a data file. Its size does not depend on the number or size of the rows. */
export interface RowsLedger {
  /** The digest of the recorded delivery, see {@link DesiredRows}; undefined if nothing was ever delivered. */
  readonly deliveryDigest: Digest | undefined;
  readonly complete: boolean;
  /** The number of the delivery, if all segments of the file share it; absent if the segment was delivered separately. */
  readonly deliveryNumber?: number | undefined;
  readonly pushed: readonly RowRange[];
  readonly inDoubt: readonly RowRange[];
}

export const emptyRows: RowsLedger = { deliveryDigest: undefined, complete: false, pushed: [], inDoubt: [] };

/** The rows of a data file's segment, as the resource's inputs contain them. */
export interface DesiredRows {
  readonly mode: PushMode;
  /** The digest of the segment's rows for `once`, otherwise that of the whole delivery. */
  readonly deliveryDigest: Digest;
  /** The digest of the rows alone, as for `once`: a ledger with this digest has exactly these rows, so it is not another delivery. */
  readonly onceDigest: Digest;
  readonly rows: number;
  /** The number of the delivery of the whole file; absent if the segment decides on its own. */
  readonly deliveryNumber?: number | undefined;
}

/** Maximum rows of a range in the ledger, which is also the precision for reporting an edited row. */
const rowsPerRange = 1_000;

/** Rows per range of rows in doubt: each may be settled, or found elsewhere in the file, separately. */
const rowsPerDoubt = 1;

/** Reports whether the decision needs the rows themselves, because they differ from those in the ledger. */
export function needsRows({ mode, deliveryDigest }: DesiredRows, ledger: RowsLedger): boolean {
  if (ledger.deliveryDigest === undefined || ledger.deliveryDigest === deliveryDigest) return false;
  return mode === "once" || ledger.inDoubt.length > 0;
}

/**
 * Compares a data file's segment with its ledger. Pure.
 *
 * @param digests of the segment's rows; only needed if {@link needsRows} returns true
 */
export function decideRows(desired: DesiredRows, recorded: RowsLedger, digests?: readonly Digest[]): Decision {
  const continues = continuesRowLedger(desired, recorded);
  const edited = digests === undefined || !continues ? [] : editedRanges(recorded, digests);
  const pushed = markRows(desired.rows, continues ? recorded.pushed : []);
  const doubted = markRows(desired.rows, continues ? recorded.inDoubt : findRows(recorded.inDoubt, digests ?? []));
  const alreadyPushed: number[] = [];
  const pending: number[] = [];
  for (let row = 0; row < desired.rows; row += 1) (pushed[row] === 1 ? alreadyPushed : pending).push(row);
  return { pending, inDoubt: pending.filter((row) => doubted[row] === 1), alreadyPushed, removed: [], edited };
}

/**
 * Like `continuesLedger`, for rows. If each row was pushed once, exactly these rows are not another delivery. If all segments share a
 * delivery, its number shows whether the segment was part of it.
 */
export function continuesRowLedger(
  {
    mode,
    deliveryDigest,
    onceDigest,
    deliveryNumber,
  }: Pick<DesiredRows, "mode" | "deliveryDigest" | "onceDigest" | "deliveryNumber">,
  ledger: Pick<RowsLedger, "deliveryDigest" | "complete" | "deliveryNumber">,
): boolean {
  if (mode === "once") return true;
  if (ledger.deliveryDigest !== deliveryDigest && ledger.deliveryDigest !== onceDigest) return false;
  if (deliveryNumber !== undefined && deliveryNumber === (ledger.deliveryNumber ?? 0)) return true;
  if (deliveryNumber !== undefined && ledger.deliveryNumber !== undefined) return false;
  return (mode === "on_change" && deliveryNumber === undefined) || !ledger.complete;
}

/** Returns a row as a range. */
export function singleRow(index: number, digest: Digest): RowRange {
  return { from: index, rows: 1, digest: rowsDigest([digest]) };
}

/** Finds rows in doubt in a file that was changed. */
function findRows(inDoubt: readonly RowRange[], digests: readonly Digest[]): readonly RowRange[] {
  if (inDoubt.length === 0) return [];
  const left = new Map<Digest, number>();
  for (const { digest } of inDoubt) left.set(digest, (left.get(digest) ?? 0) + 1);
  return digests.flatMap((row, from) => {
    const range = singleRow(from, row);
    const times = left.get(range.digest) ?? 0;
    left.set(range.digest, times - 1);
    return times > 0 ? [range] : [];
  });
}

function editedRanges({ pushed, inDoubt }: RowsLedger, digests: readonly Digest[]): Decision["edited"] {
  return [...pushed, ...inDoubt].flatMap(({ from, rows, digest }) => {
    const present = from + rows > digests.length ? "missing" : rowsDigest(digests.slice(from, from + rows));
    return present === digest ? [] : [{ index: from, messages: rows, id: undefined, pushed: digest, present }];
  });
}

/** Marks the rows of a segment that are in a range with 1. A byte array, because every run checks every row. */
function markRows(rows: number, ranges: readonly RowRange[]): Uint8Array {
  const marks = new Uint8Array(rows);
  for (const range of ranges) marks.fill(1, range.from, range.from + range.rows);
  return marks;
}

/** Converts rows to ranges with digests. @param rows ascending @param most maximum rows of a range */
export function toRanges(rows: readonly number[], digests: readonly Digest[], most = rowsPerRange): RowRange[] {
  const ranges: RowRange[] = [];
  let at = 0;
  while (at < rows.length) {
    const from = rows[at] as number;
    let end = from + 1;
    at += 1;
    while (rows[at] === end && end % most !== 0) {
      end += 1;
      at += 1;
    }
    ranges.push({ from, rows: end - from, digest: rowsDigest(digests.slice(from, end)) });
  }
  return ranges;
}

/** Converts rows in doubt to ranges. */
export function toDoubtRanges(rows: readonly number[], digests: readonly Digest[]): RowRange[] {
  return toRanges(rows, digests, rowsPerDoubt);
}

/** Writes the ledger for the Pulumi state, with one line per range: `FROM+ROWS DIGEST`. */
export function encodeRowsLedger({
  deliveryDigest,
  complete,
  deliveryNumber,
  pushed,
  inDoubt,
}: RowsLedger): EncodedLedger {
  const lines = (ranges: readonly RowRange[]) =>
    ranges.map(({ from, rows, digest }) => `${from}+${rows} ${digest}`).join("\n");
  return {
    version: ledgerVersion,
    ...(deliveryDigest !== undefined && { manifest: deliveryDigest }),
    complete,
    ...(deliveryNumber !== undefined && { delivery: deliveryNumber }),
    ...omitEmptyEntries({ pushed: lines(pushed), inDoubt: lines(inDoubt) }),
  };
}

/** Reads a ledger of rows. @throws LedgerError if the value is not one; it is never treated as empty */
export function decodeRowsLedger(stored: unknown): RowsLedger {
  if (stored === undefined) return emptyRows;
  const { manifest, complete, delivery, pushed, inDoubt } = assertEncodedLedger(stored);
  return {
    deliveryDigest: manifest,
    complete,
    deliveryNumber: delivery,
    pushed: decodeRanges(pushed ?? ""),
    inDoubt: decodeRanges(inDoubt ?? ""),
  };
}

function decodeRanges(text: string): RowRange[] {
  if (text === "") return [];
  return text.split("\n").map((line) => {
    const [, from, rows, digest = ""] = /^(\d+)\+(\d+) (.*)$/.exec(line) ?? [];
    if (from === undefined || !isDigest(digest)) throw new LedgerError("its ranges of rows are malformed");
    return { from: Number(from), rows: Number(rows), digest };
  });
}
