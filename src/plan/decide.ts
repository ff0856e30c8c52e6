import type { PushMode } from "../types.ts";
import type { Digest, MessageKey } from "./digest.ts";
import { emptyLedger, type Ledger } from "./ledger.ts";

/** What the manifest wants, as the resource's inputs carry it. */
export interface DesiredMessages {
  readonly mode: PushMode;
  readonly manifest: Digest;
  readonly keys: readonly MessageKey[];
}

/** What a deployment has to do for one segment. The same decision serves the preview and the push. */
export interface Decision {
  /** Indices of the messages to push, ascending. */
  readonly pending: readonly number[];
  /** Of these, the ones that were sent before without an answer: they may arrive twice. */
  readonly inDoubt: readonly number[];
  /** Indices of the messages that are in the queue already, ascending. */
  readonly alreadyPushed: readonly number[];
  /** Pushed once, and gone from the manifest: the ledger forgets them, the queue does not. */
  readonly forgotten: readonly MessageKey[];
  /** Pushed under their id with another body. Nothing may be pushed before the author chooses. */
  readonly edited: readonly EditedMessage[];
}

export interface EditedMessage {
  readonly index: number;
  /** How many messages it is about: of rows of a data file the ledger knows some together. */
  readonly messages: number;
  /** undefined: rows of a data file. */
  readonly id: string | undefined;
  readonly pushed: Digest;
  readonly present: Digest | "missing";
}

/** Compares what is wanted with the ledger. Pure: no clock, no files, no network. */
export function decide(desired: DesiredMessages, recorded: Ledger): Decision {
  const ledger = applicableLedger(desired, recorded);
  const pushed = matchEntries(desired.keys, ledger.pushed);
  const open = desired.keys.map((_, index) => index).filter((index) => !pushed.matched.has(index));
  const edited = open.flatMap((index) => pushed.edited.get(index) ?? []);
  const pending = open.filter((index) => !pushed.edited.has(index));
  const doubted = matchEntries(
    pending.map((index) => desired.keys[index] as MessageKey),
    ledger.inDoubt,
  );
  return {
    pending,
    inDoubt: pending.filter((_, at) => doubted.matched.has(at) || doubted.edited.has(at)),
    alreadyPushed: [...pushed.matched].sort((a, b) => a - b),
    forgotten: desired.mode === "once" ? pushed.unmatched : [],
    edited,
  };
}

/** Whether a deployment has anything to do, the ledger's own bookkeeping included. */
export function isUpToDate(decision: Decision, ledger: Pick<Ledger, "complete">): boolean {
  return (
    ledger.complete && decision.pending.length === 0 && decision.forgotten.length === 0 && decision.edited.length === 0
  );
}

/** The part of the ledger that counts. In a new delivery everything goes again, but what is in doubt stays in doubt. */
function applicableLedger(desired: DesiredMessages, ledger: Ledger): Ledger {
  return continuesLedger(desired, ledger) ? ledger : { ...emptyLedger, inDoubt: ledger.inDoubt };
}

/**
 * Whether a run goes on with the delivery that the ledger records. Otherwise it begins a new one, of all messages: with
 * `on_change` where they are others, with `every_deploy` where the last one is finished, too.
 */
export function continuesLedger(
  { mode, manifest }: Pick<DesiredMessages, "mode" | "manifest">,
  ledger: Pick<Ledger, "manifest" | "complete">,
): boolean {
  switch (mode) {
    case "once":
      return true;
    case "on_change":
      return ledger.manifest === manifest;
    case "every_deploy":
      return ledger.manifest === manifest && !ledger.complete;
  }
}

interface MatchResult {
  readonly matched: ReadonlySet<number>;
  readonly edited: ReadonlyMap<number, EditedMessage>;
  readonly unmatched: readonly MessageKey[];
}

/**
 * Gives each wanted message its entry among the recorded ones: by id; else by digest, each entry once, so that
 * duplicates count, each its own before any other's. An id that was added to a message, or taken from it, does not make it
 * a new one.
 */
function matchEntries(desired: readonly MessageKey[], recorded: readonly MessageKey[]): MatchResult {
  const byId = new Map(recorded.flatMap((key) => (key.id === undefined ? [] : [[key.id, key] as const])));
  const wantedIds = new Set(desired.map(({ id }) => id));
  const left = new Set(recorded);
  const matched = new Set<number>();
  const edited = new Map<number, EditedMessage>();

  for (const [index, { id, digest }] of desired.entries()) {
    const entry = id === undefined ? undefined : byId.get(id);
    if (id === undefined || entry === undefined) continue;
    left.delete(entry);
    if (entry.digest === digest) matched.add(index);
    else edited.set(index, { index, messages: 1, id, pushed: entry.digest, present: digest });
  }

  const copies = new Map([...left].flatMap((key) => (key.id === undefined ? [[copyIndex(key), key] as const] : [])));
  for (const [index, key] of desired.entries()) {
    const entry = key.id === undefined ? copies.get(copyIndex(key)) : undefined;
    if (entry === undefined) continue;
    copies.delete(copyIndex(key));
    matched.add(index);
    left.delete(entry);
  }

  const spare = new EntryPool([...left].filter(({ id }) => id === undefined || !wantedIds.has(id)));
  const take = (index: number, entry: MessageKey | undefined) => {
    if (entry === undefined) return;
    matched.add(index);
    left.delete(entry);
  };
  const settled = (index: number) => matched.has(index) || edited.has(index);
  // Those without an id first: an entry without an id is theirs before it is anybody's who got an id since.
  for (const [index, { id, digest }] of desired.entries()) {
    if (id === undefined && !settled(index)) take(index, spare.anonymous(digest));
  }
  for (const [index, { id, digest }] of desired.entries()) {
    if (!settled(index)) take(index, spare.anonymous(digest) ?? (id === undefined ? spare.named(digest) : undefined));
  }
  return { matched, edited, unmatched: [...left] };
}

/** Recorded entries by their digests, each taken once: those without an id and those with one wait in lines of their own. */
class EntryPool {
  readonly #anonymous = new Map<Digest, MessageKey[]>();
  readonly #named = new Map<Digest, MessageKey[]>();

  constructor(entries: readonly MessageKey[]) {
    // Backwards, so that the first entry stands at the end of its line: taking it there costs the same for any length.
    for (const entry of entries.toReversed()) {
      const lines = entry.id === undefined ? this.#anonymous : this.#named;
      const line = lines.get(entry.digest);
      if (line) line.push(entry);
      else lines.set(entry.digest, [entry]);
    }
  }

  anonymous(digest: Digest): MessageKey | undefined {
    return this.#anonymous.get(digest)?.pop();
  }

  named(digest: Digest): MessageKey | undefined {
    return this.#named.get(digest)?.pop();
  }
}

function copyIndex({ digest, copy = 1 }: MessageKey): string {
  return `${digest} ${copy}`;
}
