import type { PushMode } from "../types.ts";
import type { Decision } from "./decide.ts";
import { type Digest, isDigest, rowsDigest } from "./digest.ts";
import { LedgerError, type PackedLedger, readPacked } from "./ledger.ts";

/** Rows of a segment that lie together, numbered from 0 in the segment. */
export interface RowRange {
  readonly from: number;
  readonly rows: number;
  readonly digest: Digest;
}

/** What was pushed of a segment of a data file. It never grows with the rows' number, nor with their size. */
export interface RowsLedger {
  /** What the delivery that it records was known by: see {@link WantedRows}; undefined: nothing was ever delivered. */
  readonly identity: Digest | undefined;
  readonly complete: boolean;
  readonly pushed: readonly RowRange[];
  readonly inDoubt: readonly RowRange[];
}

export const emptyRows: RowsLedger = { identity: undefined, complete: false, pushed: [], inDoubt: [] };

/** What a data file's segment wants, as the resource's inputs carry it. */
export interface WantedRows {
  readonly mode: PushMode;
  /** For `once` the digest of the segment's rows, otherwise that of the whole delivery. */
  readonly identity: Digest;
  /** What the ledger would be known by if each row had gone once: with these very rows it is no other delivery. */
  readonly once: Digest;
  readonly rows: number;
}

/** Rows that a range of the ledger has at the most: an edited row is named as closely as that. */
const rowsOfRange = 1_000;

/** Whether the decision needs the rows themselves, because they are others than those that the ledger records. */
export function needsRows({ mode, identity }: WantedRows, ledger: RowsLedger): boolean {
  return mode === "once" && ledger.identity !== undefined && ledger.identity !== identity;
}

/**
 * Compares a data file's segment with its ledger. Pure.
 *
 * @param digests of the segment's rows; only where {@link needsRows} says so
 */
export function decideRows(wanted: WantedRows, recorded: RowsLedger, digests?: readonly Digest[]): Decision {
  const ledger = relevant(wanted, recorded);
  const edited = digests === undefined ? [] : editedRanges(ledger, digests);
  const pushed = marked(wanted.rows, ledger.pushed);
  const doubted = marked(wanted.rows, ledger.inDoubt);
  const kept: number[] = [];
  const pending: number[] = [];
  for (let row = 0; row < wanted.rows; row += 1) (pushed[row] === 1 ? kept : pending).push(row);
  return { pending, inDoubt: pending.filter((row) => doubted[row] === 1), kept, forgotten: [], edited };
}

function relevant({ mode, identity, once }: WantedRows, ledger: RowsLedger): RowsLedger {
  switch (mode) {
    case "once":
      return ledger;
    case "on_change":
      return ledger.identity === identity || ledger.identity === once ? ledger : emptyRows;
    case "every_deploy":
      return ledger.identity === identity && !ledger.complete ? ledger : emptyRows;
  }
}

function editedRanges({ pushed, inDoubt }: RowsLedger, digests: readonly Digest[]): Decision["edited"] {
  return [...pushed, ...inDoubt].flatMap(({ from, rows, digest }) => {
    const present = from + rows > digests.length ? "missing" : rowsDigest(digests.slice(from, from + rows));
    return present === digest ? [] : [{ index: from, messages: rows, id: undefined, pushed: digest, present }];
  });
}

/** 1 for each of a segment's rows that is in a range: every run asks this of every row. */
function marked(rows: number, ranges: readonly RowRange[]): Uint8Array {
  const marks = new Uint8Array(rows);
  for (const range of ranges) marks.fill(1, range.from, range.from + range.rows);
  return marks;
}

/** Rows as ranges with their digests. @param rows ascending */
export function toRanges(rows: readonly number[], digests: readonly Digest[]): RowRange[] {
  const ranges: RowRange[] = [];
  let at = 0;
  while (at < rows.length) {
    const from = rows[at] as number;
    let end = from + 1;
    at += 1;
    while (rows[at] === end && end % rowsOfRange !== 0) {
      end += 1;
      at += 1;
    }
    ranges.push({ from, rows: end - from, digest: rowsDigest(digests.slice(from, end)) });
  }
  return ranges;
}

/** In the form of the engine's state: a line a range, `FROM+ROWS DIGEST`. */
export function packRows({ identity, complete, pushed, inDoubt }: RowsLedger): PackedLedger {
  const lines = (ranges: readonly RowRange[]) =>
    ranges.map(({ from, rows, digest }) => `${from}+${rows} ${digest}`).join("\n");
  return { manifest: identity ?? "", complete, pushed: lines(pushed), inDoubt: lines(inDoubt) };
}

/** @throws LedgerError when something is there that is not a ledger of rows. Never taken for empty. */
export function unpackRows(packed: unknown): RowsLedger {
  if (packed === undefined) return emptyRows;
  const { manifest, complete, pushed, inDoubt } = readPacked(packed);
  return {
    identity: manifest === "" ? undefined : manifest,
    complete,
    pushed: readRanges(pushed),
    inDoubt: readRanges(inDoubt),
  };
}

function readRanges(text: string): RowRange[] {
  if (text === "") return [];
  return text.split("\n").map((line) => {
    const [, from, rows, digest = ""] = /^(\d+)\+(\d+) (.*)$/.exec(line) ?? [];
    if (from === undefined || !isDigest(digest)) throw new LedgerError("it has no ranges of rows where they should be");
    return { from: Number(from), rows: Number(rows), digest };
  });
}
