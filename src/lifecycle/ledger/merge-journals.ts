import {
  type Decision,
  type Digest,
  decodeKeys,
  encodeKeys,
  type Ledger,
  type RowRange,
  type RowsLedger,
  singleRow,
} from "../../plan/index.ts";
// Not from the index, which loads the HTTP client: a run with nothing to push does without it.
import { type JournalHead, noEntries, type RecoveredEntries } from "../../push/journal/types.ts";
import type { SegmentLedger } from "./types.ts";

/** Journal entries that the Pulumi state does not contain. */
export interface RecoveredJournal
  extends RecoveredEntries,
    Pick<JournalHead, "delivery" | "deliveryNumber" | "startsOver"> {
  /**
   * Whether the journal continues the recorded ledger. Otherwise the ledger has changed without it, or was restored, and every
   * entry that the ledger lacks is in doubt.
   */
  readonly isNext: boolean;
}

/** A ledger merged with journal entries. */
export interface MergedLedger<Of> {
  readonly ledger: Of;
  /** Entries that the Pulumi state lacks: the next journal includes them. */
  readonly carriedOver: RecoveredEntries;
}

/** Merges journal entries into the ledger of a manifest's messages. @param leftovers in the order in which they were written */
export function mergeJournals(known: Ledger, leftovers: readonly RecoveredJournal[]): MergedLedger<Ledger> {
  return mergeInOrder(known, leftovers, {
    doubtUnknown: (leftover, ledger) => doubtUnknownKeys(leftover, formatKeys(ledger)),
    addEntries: (ledger, leftover, found) => ({
      deliveryDigest: leftover.isNext ? leftover.delivery : ledger.deliveryDigest,
      complete: ledger.complete && !leftover.isNext,
      pushed: [...(startsAnew(leftover) ? [] : ledger.pushed), ...parseKeys(found.pushed)],
      inDoubt: [...ledger.inDoubt, ...parseKeys(found.inDoubt)],
    }),
  });
}

/** Merges journal entries into a row ledger. @param digests current digests of the rows */
export function mergeRowJournals(
  known: RowsLedger,
  leftovers: readonly RecoveredJournal[],
  digests: readonly Digest[],
): MergedLedger<RowsLedger> {
  return mergeInOrder(known, leftovers, {
    doubtUnknown: (leftover, ledger) => doubtUnknownRows(leftover, ledger, digests),
    addEntries: (ledger, leftover, found) => ({
      deliveryDigest: leftover.isNext ? leftover.delivery : ledger.deliveryDigest,
      deliveryNumber: leftover.isNext ? leftover.deliveryNumber : ledger.deliveryNumber,
      complete: ledger.complete && !leftover.isNext,
      pushed: [...(startsAnew(leftover) ? [] : ledger.pushed), ...rowKeysToRanges(found.pushed)],
      inDoubt: [...ledger.inDoubt, ...rowKeysToRanges(found.inDoubt)],
    }),
  });
}

/** What differs between ledgers of messages and of rows when journals are merged. */
interface MergeRules<Of> {
  /** Converts the entries of a journal that does not continue the ledger to doubts. */
  doubtUnknown(leftover: RecoveredJournal, ledger: Of): RecoveredEntries;
  addEntries(ledger: Of, leftover: RecoveredJournal, found: RecoveredEntries): Of;
}

function mergeInOrder<Of>(
  known: Of,
  leftovers: readonly RecoveredJournal[],
  { doubtUnknown, addEntries }: MergeRules<Of>,
): MergedLedger<Of> {
  let merged: MergedLedger<Of> = { ledger: known, carriedOver: noEntries };
  for (const leftover of leftovers) {
    const found = leftover.isNext ? leftover : doubtUnknown(leftover, merged.ledger);
    merged = {
      ledger: addEntries(merged.ledger, leftover, found),
      carriedOver: addCarriedOver(merged.carriedOver, leftover, found),
    };
  }
  return merged;
}

/** Returns the delivery fields of a run's new journal. @param resumed whether it continues the recorded delivery */
export function startOfJournal(
  resumed: boolean,
  journals: readonly RecoveredJournal[],
  carried: RecoveredEntries,
): Pick<SegmentLedger, "resumed" | "startsOver" | "carriedOver"> {
  return {
    resumed,
    startsOver: !resumed || journals.some(({ isNext, startsOver }) => isNext && startsOver),
    carriedOver: resumed ? carried : { pushed: [], inDoubt: carried.inDoubt },
  };
}

/** Formats the key of a row in a journal. */
export function formatRowKey(index: number, digest: Digest): string {
  return `${index} ${digest}`;
}

function startsAnew({ isNext, startsOver }: RecoveredJournal): boolean {
  return isNext && startsOver;
}

function addCarriedOver(
  carried: RecoveredEntries,
  leftover: RecoveredJournal,
  found: RecoveredEntries,
): RecoveredEntries {
  return {
    pushed: [...(startsAnew(leftover) ? [] : carried.pushed), ...found.pushed],
    inDoubt: [...carried.inDoubt, ...found.inDoubt],
  };
}

/** Converts entries to doubts, except those that the ledger contains; duplicates are counted. */
function doubtUnknownKeys({ pushed, inDoubt }: RecoveredEntries, known: readonly string[]): RecoveredEntries {
  const times = new Map<string, number>();
  for (const line of known) times.set(line, (times.get(line) ?? 0) + 1);
  const beyond = [...pushed, ...inDoubt].filter((line) => {
    const left = times.get(line) ?? 0;
    times.set(line, left - 1);
    return left <= 0;
  });
  return { pushed: [], inDoubt: beyond };
}

/** Converts entries to doubts, except for rows that have changed since, of which an entry proves nothing. */
function doubtUnknownRows(
  { pushed, inDoubt }: RecoveredEntries,
  ledger: RowsLedger,
  digests: readonly Digest[],
): RecoveredEntries {
  const known = [...ledger.pushed, ...ledger.inDoubt];
  const beyond = [...new Set([...pushed, ...inDoubt])].filter((line) => {
    const { index, digest } = parseRowKey(line);
    return digests[index] === digest && !known.some(({ from, rows }) => from <= index && index < from + rows);
  });
  return { pushed: [], inDoubt: beyond };
}

function formatKeys({ pushed, inDoubt }: Ledger): readonly string[] {
  return [...pushed, ...inDoubt].map((key) => encodeKeys([key]));
}

function parseKeys(lines: readonly string[]): Ledger["pushed"] {
  return decodeKeys(lines.join("\n"));
}

function rowKeysToRanges(lines: readonly string[]): RowRange[] {
  return lines.map((line) => {
    const { index, digest } = parseRowKey(line);
    return singleRow(index, digest);
  });
}

function parseRowKey(line: string): { readonly index: number; readonly digest: Digest } {
  const space = line.indexOf(" ");
  return { index: Number(line.slice(0, space)), digest: line.slice(space + 1) };
}

/**
 * Returns what an interrupted run pushed that the ledger lacks.
 *
 * @param withoutJournals computes the decision of the ledger in the Pulumi state, without journals
 */
export function recoveredFrom(
  { alreadyPushed }: Decision,
  withoutJournals: () => Decision,
  journals: readonly RecoveredJournal[],
  keyOf: (index: number) => string,
): Pick<SegmentLedger, "recovered" | "possiblyDuplicated"> {
  if (journals.length === 0) return { recovered: [], possiblyDuplicated: [] };
  const before = withoutJournals();
  const known = new Set(before.alreadyPushed);
  const recovered = alreadyPushed.filter((index) => !known.has(index));
  const [doubtedKeys, doubted] = [new Set(journals.flatMap(({ inDoubt }) => inDoubt)), new Set(before.inDoubt)];
  return {
    recovered,
    possiblyDuplicated: recovered.filter((index) => doubted.has(index) || doubtedKeys.has(keyOf(index))),
  };
}
