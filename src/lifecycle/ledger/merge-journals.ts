import {
  type Decision,
  type Digest,
  type Ledger,
  packKeys,
  type RowRange,
  type RowsLedger,
  rowRange,
  unpackKeys,
} from "../../plan/index.ts";
import { type JournalHead, type Left, nothingLeft } from "../../push/index.ts";
import type { Book } from "./types.ts";

/** What a journal has that the engine's state does not name. */
export interface Leftover extends Left, Pick<JournalHead, "delivery" | "deliveryNumber" | "fresh"> {
  /**
   * Whether the journal goes on from the very ledger that is there. Otherwise the ledger has moved on without it, or back, and
   * all that the journal has, and the ledger has not, is in doubt.
   */
  readonly isNext: boolean;
}

/** A ledger with what journals have beside it. */
export interface TakenOver<Of> {
  readonly ledger: Of;
  /** What the engine's state does not know of it: the next journal carries it on. */
  readonly carried: Left;
}

/** The ledger of a manifest's messages, with what journals have. @param leftovers in the order in which they were written */
export function takeOver(known: Ledger, leftovers: readonly Leftover[]): TakenOver<Ledger> {
  return leftovers.reduce<TakenOver<Ledger>>(
    ({ ledger, carried }, leftover) => {
      const found = leftover.isNext ? leftover : unproven(leftover, linesOf(ledger));
      return {
        carried: carry(carried, leftover, found),
        ledger: {
          manifest: leftover.isNext ? leftover.delivery : ledger.manifest,
          complete: ledger.complete && !leftover.isNext,
          pushed: [...(begins(leftover) ? [] : ledger.pushed), ...keysOf(found.pushed)],
          inDoubt: [...ledger.inDoubt, ...keysOf(found.inDoubt)],
        },
      };
    },
    { ledger: known, carried: nothingLeft },
  );
}

/** The same for rows. @param digests of the rows as they are now */
export function takeOverRows(
  known: RowsLedger,
  leftovers: readonly Leftover[],
  digests: readonly Digest[],
): TakenOver<RowsLedger> {
  return leftovers.reduce<TakenOver<RowsLedger>>(
    ({ ledger, carried }, leftover) => {
      const found = leftover.isNext ? leftover : unprovenRows(leftover, ledger, digests);
      return {
        carried: carry(carried, leftover, found),
        ledger: {
          identity: leftover.isNext ? leftover.delivery : ledger.identity,
          delivery: leftover.isNext ? leftover.deliveryNumber : ledger.delivery,
          complete: ledger.complete && !leftover.isNext,
          pushed: [...(begins(leftover) ? [] : ledger.pushed), ...rangesOf(found.pushed)],
          inDoubt: [...ledger.inDoubt, ...rangesOf(found.inDoubt)],
        },
      };
    },
    { ledger: known, carried: nothingLeft },
  );
}

/** What the journal of a run has to say of its delivery. @param resumed whether it goes on with the one that is recorded */
export function begunAs(
  resumed: boolean,
  left: readonly Leftover[],
  carried: Left,
): { readonly fresh: boolean; readonly carried: Left } {
  return {
    fresh: !resumed || left.some(({ isNext, fresh }) => isNext && fresh),
    carried: resumed ? carried : { pushed: [], inDoubt: carried.inDoubt },
  };
}

/** What a journal calls a row by. */
export function rowKey(index: number, digest: Digest): string {
  return `${index} ${digest}`;
}

function begins({ isNext, fresh }: Leftover): boolean {
  return isNext && fresh;
}

function carry(carried: Left, leftover: Leftover, found: Left): Left {
  return {
    pushed: [...(begins(leftover) ? [] : carried.pushed), ...found.pushed],
    inDoubt: [...carried.inDoubt, ...found.inDoubt],
  };
}

/** What the ledger has is no longer in doubt, as often as it has it. */
function unproven({ pushed, inDoubt }: Left, known: readonly string[]): Left {
  const times = new Map<string, number>();
  for (const line of known) times.set(line, (times.get(line) ?? 0) + 1);
  const beyond = [...pushed, ...inDoubt].filter((line) => {
    const left = times.get(line) ?? 0;
    times.set(line, left - 1);
    return left <= 0;
  });
  return { pushed: [], inDoubt: beyond };
}

/** A row that is another one by now says nothing of that. */
function unprovenRows({ pushed, inDoubt }: Left, ledger: RowsLedger, digests: readonly Digest[]): Left {
  const known = [...ledger.pushed, ...ledger.inDoubt];
  const beyond = [...new Set([...pushed, ...inDoubt])].filter((line) => {
    const { index, digest } = readRowKey(line);
    return digests[index] === digest && !known.some(({ from, rows }) => from <= index && index < from + rows);
  });
  return { pushed: [], inDoubt: beyond };
}

function linesOf({ pushed, inDoubt }: Ledger): readonly string[] {
  return [...pushed, ...inDoubt].map((key) => packKeys([key]));
}

function keysOf(lines: readonly string[]): Ledger["pushed"] {
  return unpackKeys(lines.join("\n"));
}

function rangesOf(lines: readonly string[]): RowRange[] {
  return lines.map((line) => {
    const { index, digest } = readRowKey(line);
    return rowRange(index, digest);
  });
}

function readRowKey(line: string): { readonly index: number; readonly digest: Digest } {
  const space = line.indexOf(" ");
  return { index: Number(line.slice(0, space)), digest: line.slice(space + 1) };
}

/**
 * What an interrupted run pushed, and the ledger does not know.
 *
 * @param alone what the ledger of the engine's state decides by itself
 */
export function recoveredOf(
  { kept }: Decision,
  alone: () => Decision,
  left: readonly Leftover[],
  keyOf: (index: number) => string,
): Pick<Book, "recovered" | "doubled"> {
  if (left.length === 0) return { recovered: [], doubled: [] };
  const before = alone();
  const known = new Set(before.kept);
  const recovered = kept.filter((index) => !known.has(index));
  const [doubtedKeys, doubted] = [new Set(left.flatMap(({ inDoubt }) => inDoubt)), new Set(before.inDoubt)];
  return { recovered, doubled: recovered.filter((index) => doubted.has(index) || doubtedKeys.has(keyOf(index))) };
}
