import {
  type Digest,
  decideRows,
  goesOnRows,
  isSettled,
  type PackedLedger,
  packRows,
  toDoubts,
  toRanges,
  unpackRows,
  type WantedRows,
} from "../../plan/index.ts";
import { begunAs, type Leftover, recoveredOf, rowKey, takeOverRows } from "./merge-journals.ts";
import type { Book, Content, Wanted } from "./types.ts";

/** How many rows of its data file come before a segment. */
export function firstRow({ content }: Pick<Wanted, "content">): number {
  return content.kind === "rows" ? content.from : 0;
}

/** What people know a row of a segment by: its number in the whole file, from 1. */
export function rowLabel(from: number, index: number): string {
  return `#${from + index + 1}`;
}

/** What a data file's ledger is compared with. */
export function wantedRows(
  { mode, messages, deliveryNumber }: Wanted,
  { rows, delivery }: Content<"rows">,
): WantedRows {
  // A preview may not know the number yet.
  const number = typeof deliveryNumber === "number" ? deliveryNumber : undefined;
  return { mode, identity: mode === "once" ? rows : delivery, once: rows, rows: messages, number };
}

/** The ledger of a data file's segment; see `openBook`. */
export function rowsBook(
  inputs: Wanted,
  content: Content<"rows">,
  recorded: PackedLedger | undefined,
  left: readonly Leftover[],
  digests: readonly Digest[] | undefined,
): Book {
  const wanted = wantedRows(inputs, content);
  const recordedRows = unpackRows(recorded);
  const { ledger, carried } = takeOverRows(recordedRows, left, digests ?? []);
  const decision = decideRows(wanted, ledger, digests);
  const known = () => {
    if (digests === undefined) throw new Error("the rows of a data file were not read");
    return digests;
  };
  const keyOf = (index: number) => rowKey(index, known()[index] ?? "");
  return {
    decision,
    ...recoveredOf(decision, () => decideRows(wanted, recordedRows, digests), left, keyOf),
    settled: left.length === 0 && isSettled(decision, ledger) && ledger.identity === wanted.identity,
    delivery: wanted.identity,
    deliveryNumber: wanted.number,
    ...begunAs(goesOnRows(wanted, ledger), left, carried),
    keyOf,
    labelOf: (index) => rowLabel(content.from, index),
    write: (pushed, inDoubt) =>
      packRows({
        identity: wanted.identity,
        complete: pushed.length === wanted.rows,
        delivery: wanted.number,
        pushed: toRanges(pushed, known()),
        inDoubt: toDoubts(inDoubt, known()),
      }),
  };
}
