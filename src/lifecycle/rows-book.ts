import {
  type Decision,
  type Digest,
  decideRows,
  isSettled,
  type PackedLedger,
  packRows,
  toRanges,
  unpackRows,
  type WantedRows,
} from "../plan/index.ts";
import type { Left } from "../push/index.ts";
import type { Book, Content, Wanted } from "./book.ts";
import { recoveredOf } from "./recovered.ts";

/** How many rows of its data file come before a segment. */
export function firstRow({ content }: Pick<Wanted, "content">): number {
  return content.kind === "rows" ? content.from : 0;
}

/** What people know a row of a segment by: its number in the whole file, from 1. */
export function rowLabel(from: number, index: number): string {
  return `#${from + index + 1}`;
}

/** What a data file's ledger is compared with. */
export function wantedRows({ mode, messages }: Wanted, { rows, delivery }: Content<"rows">): WantedRows {
  return { mode, identity: mode === "once" ? rows : delivery, once: rows, rows: messages };
}

/** The ledger of a data file's segment; see `openBook`. */
export function rowsBook(
  inputs: Wanted,
  content: Content<"rows">,
  recorded: PackedLedger | undefined,
  left: Left,
  digests: readonly Digest[] | undefined,
): Book {
  const wanted = wantedRows(inputs, content);
  const ledger = unpackRows(recorded);
  const alone = decideRows(wanted, ledger, digests);
  const decision = mergeRows(alone, left, digests ?? []);
  const known = () => {
    if (digests === undefined) throw new Error("the rows of a data file were not read");
    return digests;
  };
  const keyOf = (index: number) => `${index} ${known()[index]}`;
  return {
    decision,
    ...recoveredOf(decision, () => alone, left, keyOf),
    settled: isSettled(decision, ledger) && ledger.identity === wanted.identity,
    keyOf,
    labelOf: (index) => rowLabel(content.from, index),
    write: (pushed, inDoubt) =>
      packRows({
        identity: wanted.identity,
        complete: pushed.length === wanted.rows,
        pushed: toRanges(pushed, known()),
        inDoubt: toRanges(inDoubt, known()),
      }),
  };
}

/** Adds what the journal knows, a row each, to what the ledger decides. */
function mergeRows(decision: Decision, left: Left, digests: readonly Digest[]): Decision {
  const entries = (keys: readonly string[]) =>
    keys.map((key) => {
      const space = key.indexOf(" ");
      return { index: Number(key.slice(0, space)), digest: key.slice(space + 1) };
    });
  const pushed = entries(left.pushed);
  const doubted = entries(left.inDoubt);
  if (pushed.length + doubted.length === 0) return decision;
  const edited = [...pushed, ...doubted].flatMap(({ index, digest }) => {
    const present = digests[index] ?? "missing";
    return present === digest ? [] : [{ index, messages: 1, id: undefined, pushed: digest, present }];
  });
  const kept = new Set([...decision.kept, ...pushed.map(({ index }) => index)]);
  const pending = decision.pending.filter((index) => !kept.has(index));
  const inDoubt = new Set([...decision.inDoubt, ...doubted.map(({ index }) => index)]);
  return {
    ...decision,
    kept: [...kept].sort((a, b) => a - b),
    pending,
    inDoubt: pending.filter((index) => inDoubt.has(index)),
    edited: [...decision.edited, ...edited],
  };
}
