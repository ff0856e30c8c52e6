import { debug } from "../../debug.ts";
import { formatLabel } from "../../labels.ts";
import {
  continuesLedger,
  decide,
  decodeKeys,
  decodeLedger,
  type EncodedLedger,
  encodeLedger,
  isUpToDate,
} from "../../plan/index.ts";
import { mergeJournals, type RecoveredJournal, recoveredFrom, startOfJournal } from "./merge-journals.ts";
import { rowLedger } from "./row-ledger.ts";
import type { DesiredSegment, ReadRows, SegmentContentOf, SegmentLedger } from "./types.ts";

/**
 * Resolves the ledger in the Pulumi state, merged with the journals of interrupted runs.
 *
 * @param recorded undefined if nothing was ever pushed to the queue
 * @param rows of a data file. A preview needs them only if `needsRows` returns true, a push always
 * @throws LedgerError if the ledger cannot be read
 */
export function resolveLedger(
  desired: DesiredSegment,
  recorded: EncodedLedger | undefined,
  journals: readonly RecoveredJournal[] = [],
  rows?: ReadRows,
): SegmentLedger {
  const { content } = desired;
  const ledger =
    content.kind === "messages"
      ? messageLedger(desired, content, recorded, journals)
      : rowLedger(desired, content, recorded, journals, rows);
  const { pending, inDoubt, alreadyPushed, removed, edited } = ledger.decision;
  debug("ledger: decision", () => ({
    digest: desired.digest,
    mode: desired.mode,
    ledger: recorded === undefined ? "none" : "found",
    journals: journals.length,
    push: pending.length,
    inDoubt: inDoubt.length,
    pushedBefore: alreadyPushed.length,
    removed: removed.length,
    edited: edited.length,
  }));
  return ledger;
}

function messageLedger(
  { mode, digest }: DesiredSegment,
  { keys: encodedKeys }: SegmentContentOf<"messages">,
  recorded: EncodedLedger | undefined,
  journals: readonly RecoveredJournal[],
): SegmentLedger {
  const keys = decodeKeys(encodedKeys);
  const known = decodeLedger(recorded);
  const { ledger, carriedOver } = mergeJournals(known, journals);
  const desired = { mode, deliveryDigest: digest, keys };
  const decision = decide(desired, ledger);
  const keysOf = (indices: readonly number[]) => indices.flatMap((index) => keys[index] ?? []);
  const lines = encodedKeys.split("\n");
  const keyOf = (index: number) => lines[index] ?? "";
  return {
    decision,
    ...recoveredFrom(decision, () => decide(desired, known), journals, keyOf),
    isUpToDate: journals.length === 0 && isUpToDate(decision, ledger),
    deliveryDigest: digest,
    ...startOfJournal(continuesLedger(desired, ledger), journals, carriedOver),
    keyOf,
    labelOf: (index) => formatLabel(keys[index]?.id, index),
    write: (pushed, inDoubt) =>
      encodeLedger({
        deliveryDigest: digest,
        complete: pushed.length === keys.length,
        pushed: keysOf(pushed),
        inDoubt: keysOf(inDoubt),
      }),
  };
}
