import type { PushMode } from "../types.ts";
import type { Digest, MessageKey } from "./digest.ts";
import { emptyLedger, type Ledger } from "./ledger.ts";

/** What the manifest wants, as the resource's inputs carry it. */
export interface Wanted {
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
  readonly kept: readonly number[];
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
export function decide(wanted: Wanted, recorded: Ledger): Decision {
  const ledger = relevant(wanted, recorded);
  const pushed = claim(wanted.keys, ledger.pushed);
  const open = wanted.keys.map((_, index) => index).filter((index) => !pushed.claimed.has(index));
  const edited = open.flatMap((index) => pushed.edited.get(index) ?? []);
  const pending = open.filter((index) => !pushed.edited.has(index));
  const doubted = claim(
    pending.map((index) => wanted.keys[index] as MessageKey),
    ledger.inDoubt,
  );
  return {
    pending,
    inDoubt: pending.filter((_, at) => doubted.claimed.has(at) || doubted.edited.has(at)),
    kept: [...pushed.claimed].sort((a, b) => a - b),
    forgotten: wanted.mode === "once" ? pushed.left : [],
    edited,
  };
}

/** Whether a deployment has anything to do, the ledger's own bookkeeping included. */
export function isSettled(decision: Decision, ledger: Pick<Ledger, "complete">): boolean {
  return (
    ledger.complete && decision.pending.length === 0 && decision.forgotten.length === 0 && decision.edited.length === 0
  );
}

/** The part of the ledger that counts. In a new delivery everything goes again, but what is in doubt stays in doubt. */
function relevant(wanted: Wanted, ledger: Ledger): Ledger {
  return goesOn(wanted, ledger) ? ledger : { ...emptyLedger, inDoubt: ledger.inDoubt };
}

/**
 * Whether a run goes on with the delivery that the ledger records. Otherwise it begins a new one, of all messages: with
 * `on_change` where they are others, with `every_deploy` where the last one is finished, too.
 */
export function goesOn(
  { mode, manifest }: Pick<Wanted, "mode" | "manifest">,
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

interface Claims {
  readonly claimed: ReadonlySet<number>;
  readonly edited: ReadonlyMap<number, EditedMessage>;
  readonly left: readonly MessageKey[];
}

/**
 * Gives each wanted message its entry among the recorded ones: by id; else by digest, each entry once, so that
 * duplicates count, each its own before any other's. An id that was added to a message, or taken from it, does not make it
 * a new one.
 */
function claim(wanted: readonly MessageKey[], recorded: readonly MessageKey[]): Claims {
  const byId = new Map(recorded.flatMap((key) => (key.id === undefined ? [] : [[key.id, key] as const])));
  const wantedIds = new Set(wanted.map(({ id }) => id));
  const left = new Set(recorded);
  const claimed = new Set<number>();
  const edited = new Map<number, EditedMessage>();

  for (const [index, { id, digest }] of wanted.entries()) {
    const entry = id === undefined ? undefined : byId.get(id);
    if (id === undefined || entry === undefined) continue;
    left.delete(entry);
    if (entry.digest === digest) claimed.add(index);
    else edited.set(index, { index, messages: 1, id, pushed: entry.digest, present: digest });
  }

  const copies = new Map([...left].flatMap((key) => (key.id === undefined ? [[copyOf(key), key] as const] : [])));
  for (const [index, key] of wanted.entries()) {
    const entry = key.id === undefined ? copies.get(copyOf(key)) : undefined;
    if (entry === undefined) continue;
    copies.delete(copyOf(key));
    claimed.add(index);
    left.delete(entry);
  }

  const spare = new Spare([...left].filter(({ id }) => id === undefined || !wantedIds.has(id)));
  const take = (index: number, entry: MessageKey | undefined) => {
    if (entry === undefined) return;
    claimed.add(index);
    left.delete(entry);
  };
  const settled = (index: number) => claimed.has(index) || edited.has(index);
  // Those without an id first: an entry without an id is theirs before it is anybody's who got an id since.
  for (const [index, { id, digest }] of wanted.entries()) {
    if (id === undefined && !settled(index)) take(index, spare.anonymous(digest));
  }
  for (const [index, { id, digest }] of wanted.entries()) {
    if (!settled(index)) take(index, spare.anonymous(digest) ?? (id === undefined ? spare.named(digest) : undefined));
  }
  return { claimed, edited, left: [...left] };
}

/** Recorded entries by their digests, each taken once: those without an id and those with one wait in lines of their own. */
class Spare {
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

function copyOf({ digest, copy = 1 }: MessageKey): string {
  return `${digest} ${copy}`;
}
