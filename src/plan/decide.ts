import type { PushMode } from "../types.ts";
import type { Digest, MessageKey } from "./digest.ts";
import { emptyLedger, type Ledger } from "./ledger.ts";

/** The messages of the manifest, as the resource's inputs contain them. */
export interface DesiredMessages {
  readonly mode: PushMode;
  readonly deliveryDigest: Digest;
  readonly keys: readonly MessageKey[];
}

/** What a deployment must do for one segment. Preview and push use the same decision. */
export interface Decision {
  /** The indices of the messages to push, ascending. */
  readonly pending: readonly number[];
  /** The subset that was sent before without an answer: these may arrive twice. */
  readonly inDoubt: readonly number[];
  /** The indices of the messages that were pushed already, ascending. */
  readonly alreadyPushed: readonly number[];
  /** Messages that were pushed and then removed from the manifest: the ledger removes them, too, but they stay in the queue. */
  readonly removed: readonly MessageKey[];
  /** Messages that were pushed under their id with a different body. Nothing may be pushed until the author decides. */
  readonly edited: readonly EditedMessage[];
}

export interface EditedMessage {
  readonly index: number;
  /** The number of messages: the ledger stores rows of a data file in blocks. */
  readonly messages: number;
  /** undefined for rows of a data file. */
  readonly id: string | undefined;
  readonly pushed: Digest;
  readonly present: Digest | "missing";
}

/** Compares the manifest's messages with the ledger. Pure: no clock, no files, no network. */
export function decide(desired: DesiredMessages, recorded: Ledger): Decision {
  const ledger = applicableLedger(desired, recorded);
  const pushed = matchEntries(desired.keys, ledger.pushed);
  const unpushed = desired.keys.map((_, index) => index).filter((index) => !pushed.matched.has(index));
  const edited = unpushed.flatMap((index) => pushed.edited.get(index) ?? []);
  const pending = unpushed.filter((index) => !pushed.edited.has(index));
  const doubted = matchEntries(
    pending.map((index) => desired.keys[index] as MessageKey),
    ledger.inDoubt,
  );
  return {
    pending,
    inDoubt: pending.filter((_, at) => doubted.matched.has(at) || doubted.edited.has(at)),
    alreadyPushed: [...pushed.matched].sort((a, b) => a - b),
    removed: desired.mode === "once" ? pushed.unmatched : [],
    edited,
  };
}

/** Reports whether a deployment has nothing to do, including the bookkeeping of the ledger. */
export function isUpToDate(decision: Decision, ledger: Pick<Ledger, "complete">): boolean {
  return (
    ledger.complete && decision.pending.length === 0 && decision.removed.length === 0 && decision.edited.length === 0
  );
}

/** Returns the relevant part of the ledger. A new delivery pushes everything again, but messages in doubt stay in doubt. */
function applicableLedger(desired: DesiredMessages, ledger: Ledger): Ledger {
  return continuesLedger(desired, ledger) ? ledger : { ...emptyLedger, inDoubt: ledger.inDoubt };
}

/**
 * Reports whether a run continues the delivery in the ledger. Otherwise it begins a new one with all messages: for `on_change`
 * if the messages changed, for `every_deploy` also if the last one is complete.
 */
export function continuesLedger(
  { mode, deliveryDigest }: Pick<DesiredMessages, "mode" | "deliveryDigest">,
  ledger: Pick<Ledger, "deliveryDigest" | "complete">,
): boolean {
  switch (mode) {
    case "once":
      return true;
    case "on_change":
      return ledger.deliveryDigest === deliveryDigest;
    case "every_deploy":
      return ledger.deliveryDigest === deliveryDigest && !ledger.complete;
  }
}

interface MatchResult {
  readonly matched: ReadonlySet<number>;
  readonly edited: ReadonlyMap<number, EditedMessage>;
  readonly unmatched: readonly MessageKey[];
}

/**
 * Finds the ledger entry of each message: by id, otherwise by digest. Each entry is used once, so that duplicates count. Adding
 * an id to a message, or removing it, does not make the message new.
 */
function matchEntries(desired: readonly MessageKey[], recorded: readonly MessageKey[]): MatchResult {
  const matches: Matches = { matched: new Set(), edited: new Map(), left: new Set(recorded) };
  matchById(desired, recorded, matches);
  matchCopies(desired, matches);
  matchByDigest(desired, matches);
  return { matched: matches.matched, edited: matches.edited, unmatched: [...matches.left] };
}

/** The result so far; each pass takes entries out of `left`. */
interface Matches {
  readonly matched: Set<number>;
  readonly edited: Map<number, EditedMessage>;
  readonly left: Set<MessageKey>;
}

/** Finds the entries with the ids of messages; one with another digest belongs to an edited message. */
function matchById(
  desired: readonly MessageKey[],
  recorded: readonly MessageKey[],
  { matched, edited, left }: Matches,
): void {
  const byId = new Map(recorded.flatMap((key) => (key.id === undefined ? [] : [[key.id, key] as const])));
  for (const [index, { id, digest }] of desired.entries()) {
    const entry = id === undefined ? undefined : byId.get(id);
    if (id === undefined || entry === undefined) continue;
    left.delete(entry);
    if (entry.digest === digest) matched.add(index);
    else edited.set(index, { index, messages: 1, id, pushed: entry.digest, present: digest });
  }
}

/** Finds the entries of messages without ids by their digest and their number among equal ones. */
function matchCopies(desired: readonly MessageKey[], { matched, left }: Matches): void {
  const copies = new Map([...left].flatMap((key) => (key.id === undefined ? [[copyIndex(key), key] as const] : [])));
  for (const [index, key] of desired.entries()) {
    const entry = key.id === undefined ? copies.get(copyIndex(key)) : undefined;
    if (entry === undefined) continue;
    copies.delete(copyIndex(key));
    matched.add(index);
    left.delete(entry);
  }
}

/** Finds the entries that got or lost their id since, or whose number among equal messages changed. */
function matchByDigest(desired: readonly MessageKey[], { matched, edited, left }: Matches): void {
  const desiredIds = new Set(desired.map(({ id }) => id));
  const spare = new EntryPool([...left].filter(({ id }) => id === undefined || !desiredIds.has(id)));
  const take = (index: number, entry: MessageKey | undefined) => {
    if (entry === undefined) return;
    matched.add(index);
    left.delete(entry);
  };
  const hasEntry = (index: number) => matched.has(index) || edited.has(index);
  // Messages without an id first: they take precedence over messages that got an id since.
  for (const [index, { id, digest }] of desired.entries()) {
    if (id === undefined && !hasEntry(index)) take(index, spare.takeAnonymous(digest));
  }
  for (const [index, { id, digest }] of desired.entries()) {
    if (!hasEntry(index))
      take(index, spare.takeAnonymous(digest) ?? (id === undefined ? spare.takeNamed(digest) : undefined));
  }
}

/** Ledger entries by digest, each used once. Entries with and without an id are in separate lists. */
class EntryPool {
  readonly #anonymous = new Map<Digest, MessageKey[]>();
  readonly #named = new Map<Digest, MessageKey[]>();

  constructor(entries: readonly MessageKey[]) {
    // Reversed, so that the first entry is at the end of its list, where removing it is cheap.
    for (const entry of entries.toReversed()) {
      const lines = entry.id === undefined ? this.#anonymous : this.#named;
      const line = lines.get(entry.digest);
      if (line) line.push(entry);
      else lines.set(entry.digest, [entry]);
    }
  }

  takeAnonymous(digest: Digest): MessageKey | undefined {
    return this.#anonymous.get(digest)?.pop();
  }

  takeNamed(digest: Digest): MessageKey | undefined {
    return this.#named.get(digest)?.pop();
  }
}

function copyIndex({ digest, copy = 1 }: MessageKey): string {
  return `${digest} ${copy}`;
}
