import {
  type Decision,
  type Digest,
  decide,
  decideRows,
  isSettled,
  type Ledger,
  type PackedLedger,
  packKeys,
  packLedger,
  packRows,
  toRanges,
  unpackKeys,
  unpackLedger,
  unpackRows,
  type WantedRows,
} from "../plan/index.ts";
import type { Left } from "../push/index.ts";
import type { SegmentInputs } from "./segment.ts";

type Wanted = Pick<SegmentInputs, "mode" | "digest" | "messages" | "content">;
type Content<Kind> = Extract<SegmentInputs["content"], { kind: Kind }>;

/** A segment's ledger, whichever of its two forms it has. Messages are numbered from 0 in the segment. */
export interface Book {
  readonly decision: Decision;
  /** Of what is kept, ascending: the engine's state does not know it, a journal does. */
  readonly recovered: readonly number[];
  /** Of these: sent again after an answer was lost, so that they may have arrived twice. */
  readonly doubled: readonly number[];
  /** Whether there is nothing to do, the ledger's own bookkeeping included. */
  readonly settled: boolean;
  /** What the journal knows the message by. */
  keyOf(index: number): string;
  /** What people know it by: its id; of a data file its row's number, from 1. */
  labelOf(index: number): string;
  /** The ledger after a run, for the engine's state. Indices ascending. */
  write(pushed: readonly number[], inDoubt: readonly number[]): PackedLedger;
}

export const nothingLeft: Left = { pushed: [], inDoubt: [] };

/**
 * Opens the ledger of the engine's state, with what interrupted runs left in their journal.
 *
 * @param recorded undefined: nothing was ever pushed
 * @param digests of a data file's rows. The preview needs them only when `needsRows` says so, a push always
 * @throws LedgerError
 */
export function openBook(
  wanted: Wanted,
  recorded: PackedLedger | undefined,
  left: Left = nothingLeft,
  digests?: readonly Digest[],
): Book {
  const { content } = wanted;
  return content.kind === "messages"
    ? messagesBook(wanted, content, recorded, left)
    : rowsBook(wanted, content, recorded, left, digests);
}

function messagesBook(
  { mode, digest }: Wanted,
  { keys: packed }: Content<"messages">,
  recorded: PackedLedger | undefined,
  left: Left,
): Book {
  const keys = unpackKeys(packed);
  const known = unpackLedger(recorded);
  const ledger = withLeft(known, mode === "once" ? undefined : digest, left);
  const decision = decide({ mode, manifest: digest, keys }, ledger);
  const keysOf = (indices: readonly number[]) => indices.flatMap((index) => keys[index] ?? []);
  const keyOf = (index: number) => packKeys(keysOf([index]));
  return {
    decision,
    ...recoveredOf(decision, () => decide({ mode, manifest: digest, keys }, known), left, keyOf),
    settled: isSettled(decision, ledger),
    keyOf,
    labelOf: (index) => keys[index]?.id ?? `#${index + 1}`,
    write: (pushed, inDoubt) =>
      packLedger({
        manifest: digest,
        complete: pushed.length === keys.length,
        pushed: keysOf(pushed),
        inDoubt: keysOf(inDoubt),
      }),
  };
}

/** @param delivery what an interrupted delivery of all messages was of; undefined: each goes once, whatever it is part of */
function withLeft(ledger: Ledger, delivery: Digest | undefined, { pushed, inDoubt }: Left): Ledger {
  if (pushed.length + inDoubt.length === 0) return ledger;
  const resumed = delivery === undefined || (ledger.manifest === delivery && !ledger.complete);
  const before: Pick<Ledger, "pushed" | "inDoubt"> = resumed ? ledger : { pushed: [], inDoubt: [] };
  return {
    manifest: delivery ?? ledger.manifest,
    complete: false,
    pushed: [...before.pushed, ...unpackKeys(pushed.join("\n"))],
    inDoubt: [...before.inDoubt, ...unpackKeys(inDoubt.join("\n"))],
  };
}

/** @param alone what the ledger of the engine's state decides by itself */
function recoveredOf(
  { kept }: Decision,
  alone: () => Decision,
  left: Left,
  keyOf: (index: number) => string,
): Pick<Book, "recovered" | "doubled"> {
  if (left.pushed.length === 0) return { recovered: [], doubled: [] };
  const before = alone();
  const known = new Set(before.kept);
  const recovered = kept.filter((index) => !known.has(index));
  const [doubtedKeys, doubted] = [new Set(left.inDoubt), new Set(before.inDoubt)];
  return { recovered, doubled: recovered.filter((index) => doubted.has(index) || doubtedKeys.has(keyOf(index))) };
}

/** What people know a row of a segment by: its number in the whole file, from 1. */
export function rowLabel(from: number, index: number): string {
  return `#${from + index + 1}`;
}

/** What a data file's ledger is compared with. */
export function wantedRows({ mode, messages }: Wanted, { rows, delivery }: Content<"rows">): WantedRows {
  return { mode, identity: mode === "once" ? rows : delivery, once: rows, rows: messages };
}

function rowsBook(
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
