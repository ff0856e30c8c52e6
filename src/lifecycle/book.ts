import {
  type Decision,
  type Digest,
  decide,
  goesOn,
  isSettled,
  messageLabel,
  type PackedLedger,
  packKeys,
  packLedger,
  unpackKeys,
  unpackLedger,
} from "../plan/index.ts";
import type { Left } from "../push/index.ts";
import { begunAs, type Leftover, takeOver } from "./leftover.ts";
import { recoveredOf } from "./recovered.ts";
import { rowsBook } from "./rows-book.ts";
import type { SegmentInputs } from "./segment.ts";

export type Wanted = Pick<SegmentInputs, "mode" | "digest" | "messages" | "content" | "deliveryNumber">;
export type Content<Kind> = Extract<SegmentInputs["content"], { kind: Kind }>;

/** A segment's ledger, whichever of its two forms it has. Messages are numbered from 0 in the segment. */
export interface Book {
  readonly decision: Decision;
  /** Of what is kept, ascending: the engine's state does not know it, a journal does. */
  readonly recovered: readonly number[];
  /** Of these: sent again after an answer was lost, so that they may have arrived twice. */
  readonly doubled: readonly number[];
  /** Whether there is nothing to do, the ledger's own bookkeeping included. */
  readonly settled: boolean;
  /** What the delivery is of: the digest that the ledger has after it. */
  readonly delivery: Digest;
  /** The number of the delivery, if the segments of a data file share it. */
  readonly deliveryNumber?: number | undefined;
  /** Whether all goes again, so that what the engine's state has as pushed is no part of the delivery. */
  readonly fresh: boolean;
  /** What journals have that the engine's state does not know, as far as it is part of the delivery. */
  readonly carried: Left;
  /** What the journal knows the message by. */
  keyOf(index: number): string;
  /** What people know it by: its id; of a data file its row's number, from 1. */
  labelOf(index: number): string;
  /** The ledger after a run, for the engine's state. Indices ascending. */
  write(pushed: readonly number[], inDoubt: readonly number[]): PackedLedger;
}

/**
 * Opens the ledger of the engine's state, with what interrupted runs left in their journals.
 *
 * @param recorded undefined: nothing was ever pushed to the queue
 * @param digests of a data file's rows. The preview needs them only when `needsRows` says so, a push always
 * @throws LedgerError
 */
export function openBook(
  wanted: Wanted,
  recorded: PackedLedger | undefined,
  left: readonly Leftover[] = [],
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
  left: readonly Leftover[],
): Book {
  const keys = unpackKeys(packed);
  const known = unpackLedger(recorded);
  const { ledger, carried } = takeOver(known, left);
  const wanted = { mode, manifest: digest, keys };
  const decision = decide(wanted, ledger);
  const keysOf = (indices: readonly number[]) => indices.flatMap((index) => keys[index] ?? []);
  const keyOf = (index: number) => packKeys(keysOf([index]));
  return {
    decision,
    ...recoveredOf(decision, () => decide(wanted, known), left, keyOf),
    settled: left.length === 0 && isSettled(decision, ledger),
    delivery: digest,
    ...begunAs(goesOn(wanted, ledger), left, carried),
    keyOf,
    labelOf: (index) => messageLabel(keys[index]?.id, index),
    write: (pushed, inDoubt) =>
      packLedger({
        manifest: digest,
        complete: pushed.length === keys.length,
        pushed: keysOf(pushed),
        inDoubt: keysOf(inDoubt),
      }),
  };
}
