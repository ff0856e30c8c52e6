import type { PushMode } from "../types.ts";
import type { Decision } from "./decide.ts";
import { type Digest, isDigest, rowsDigest } from "./digest.ts";
import { assertPacked, LedgerError, type PackedLedger } from "./ledger.ts";

/** Rows of a segment that lie together, numbered from 0 in the segment. */
export interface RowRange {
  readonly from: number;
  readonly rows: number;
  readonly digest: Digest;
}

/** What was pushed of a segment of a data file. It never grows with the rows' number, nor with their size. */
export interface RowsLedger {
  /** What the delivery that it records was known by: see {@link DesiredRows}; undefined: nothing was ever delivered. */
  readonly identity: Digest | undefined;
  readonly complete: boolean;
  /** The number of the delivery, if all segments of the file share it; absent: the segment had one by itself. */
  readonly delivery?: number | undefined;
  readonly pushed: readonly RowRange[];
  readonly inDoubt: readonly RowRange[];
}

export const emptyRows: RowsLedger = { identity: undefined, complete: false, pushed: [], inDoubt: [] };

/** What a data file's segment wants, as the resource's inputs carry it. */
export interface DesiredRows {
  readonly mode: PushMode;
  /** For `once` the digest of the segment's rows, otherwise that of the whole delivery. */
  readonly identity: Digest;
  /** What the ledger would be known by if each row had gone once: with these very rows it is no other delivery. */
  readonly once: Digest;
  readonly rows: number;
  /** The number of the delivery of the whole file; absent: the segment decides by what it has itself. */
  readonly number?: number | undefined;
}

/** Rows that a range of the ledger has at the most: an edited row is named as closely as that. */
const rowsPerRange = 1_000;

/** Rows that a range of what is in doubt has: each may be settled, or turn up elsewhere in the file, by itself. */
const rowsPerDoubt = 1;

/** Whether the decision needs the rows themselves, because they are others than those that the ledger records. */
export function needsRows({ mode, identity }: DesiredRows, ledger: RowsLedger): boolean {
  if (ledger.identity === undefined || ledger.identity === identity) return false;
  return mode === "once" || ledger.inDoubt.length > 0;
}

/**
 * Compares a data file's segment with its ledger. Pure.
 *
 * @param digests of the segment's rows; only where {@link needsRows} says so
 */
export function decideRows(desired: DesiredRows, recorded: RowsLedger, digests?: readonly Digest[]): Decision {
  const goes = continuesRowLedger(desired, recorded);
  const edited = digests === undefined || !goes ? [] : editedRanges(recorded, digests);
  const pushed = markRows(desired.rows, goes ? recorded.pushed : []);
  const doubted = markRows(desired.rows, goes ? recorded.inDoubt : findRows(recorded.inDoubt, digests ?? []));
  const alreadyPushed: number[] = [];
  const pending: number[] = [];
  for (let row = 0; row < desired.rows; row += 1) (pushed[row] === 1 ? alreadyPushed : pending).push(row);
  return { pending, inDoubt: pending.filter((row) => doubted[row] === 1), alreadyPushed, forgotten: [], edited };
}

/**
 * The same as `goesOn`, for rows. If each row was pushed once, these very rows are not another delivery. If all segments share
 * a delivery, its number says whether the segment has had its turn in it.
 */
export function continuesRowLedger(
  { mode, identity, once, number }: Pick<DesiredRows, "mode" | "identity" | "once" | "number">,
  ledger: Pick<RowsLedger, "identity" | "complete" | "delivery">,
): boolean {
  if (mode === "once") return true;
  if (ledger.identity !== identity && ledger.identity !== once) return false;
  if (number !== undefined && number === (ledger.delivery ?? 0)) return true;
  if (number !== undefined && ledger.delivery !== undefined) return false;
  return (mode === "on_change" && number === undefined) || !ledger.complete;
}

/** A row as a range of its own. */
export function singleRow(index: number, digest: Digest): RowRange {
  return { from: index, rows: 1, digest: rowsDigest([digest]) };
}

/** Where rows in doubt stand in a file that became another one. */
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

/** 1 for each of a segment's rows that is in a range: every run asks this of every row. */
function markRows(rows: number, ranges: readonly RowRange[]): Uint8Array {
  const marks = new Uint8Array(rows);
  for (const range of ranges) marks.fill(1, range.from, range.from + range.rows);
  return marks;
}

/** Rows as ranges with their digests. @param rows ascending @param most rows of a range */
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

/** The same of rows in doubt. */
export function toDoubts(rows: readonly number[], digests: readonly Digest[]): RowRange[] {
  return toRanges(rows, digests, rowsPerDoubt);
}

/** In the form of the engine's state: a line a range, `FROM+ROWS DIGEST`. */
export function packRows({ identity, complete, delivery, pushed, inDoubt }: RowsLedger): PackedLedger {
  const lines = (ranges: readonly RowRange[]) =>
    ranges.map(({ from, rows, digest }) => `${from}+${rows} ${digest}`).join("\n");
  return {
    manifest: identity ?? "",
    complete,
    ...(delivery !== undefined && { delivery }),
    pushed: lines(pushed),
    inDoubt: lines(inDoubt),
  };
}

/** @throws LedgerError when something is there that is not a ledger of rows. Never taken for empty. */
export function unpackRows(packed: unknown): RowsLedger {
  if (packed === undefined) return emptyRows;
  const { manifest, complete, delivery, pushed, inDoubt } = assertPacked(packed);
  return {
    identity: manifest === "" ? undefined : manifest,
    complete,
    delivery,
    pushed: parseRanges(pushed),
    inDoubt: parseRanges(inDoubt),
  };
}

function parseRanges(text: string): RowRange[] {
  if (text === "") return [];
  return text.split("\n").map((line) => {
    const [, from, rows, digest = ""] = /^(\d+)\+(\d+) (.*)$/.exec(line) ?? [];
    if (from === undefined || !isDigest(digest)) throw new LedgerError("it has no ranges of rows where they should be");
    return { from: Number(from), rows: Number(rows), digest };
  });
}
