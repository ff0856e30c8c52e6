import {
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
} from "../../plan/index.ts";
import { begunAs, type Leftover, recoveredOf, takeOver } from "./merge-journals.ts";
import { rowsBook } from "./row-ledger.ts";
import type { Book, Content, Wanted } from "./types.ts";

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
