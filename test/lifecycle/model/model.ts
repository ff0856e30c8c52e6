import type { InDoubtPolicy, PushMode } from "../../../src/types.ts";
import type { Item, Setting } from "./edits.ts";

/**
 * A model of docs/pushing.md, independent of the implementation. The result of a kill is only partly known, so a message has
 * a set of possible fates, and a ledger is one of several frames.
 */
export type Fate = "pushed" | "doubt" | "new";

/** The content of the last delivery. */
export interface Delivery {
  /** The messages of the segment, as JSON. */
  readonly part: string;
  /** The messages of the whole data file, as JSON; undefined if each row is delivered once. */
  readonly whole: string | undefined;
}

export interface Entry extends Item {
  readonly may: readonly Fate[];
}

/** The progress of a segment in its deliveries. */
export interface Progress {
  readonly kind: Setting["kind"] | undefined;
  readonly last: Delivery | undefined;
  readonly finished: boolean;
  /** 1-based number of that delivery of the whole data file; 0 if it is not one that its segments share. */
  readonly turn: number;
}

/** A possible ledger of a segment and a queue. */
export interface Frame extends Progress {
  /** For rows, in their order. */
  readonly entries: readonly Entry[];
  /** The content of the state alone, without journals; null if there is none. */
  readonly state: Progress | null;
  /** By body: queued copies of messages that are not known to be pushed, and how many of them a run named. */
  readonly copies: Readonly<Record<number, number>>;
  readonly named: Readonly<Record<number, number>>;
}

export const nothing: Frame = {
  kind: undefined,
  last: undefined,
  finished: false,
  turn: 0,
  entries: [],
  state: null,
  copies: {},
  named: {},
};

/** A segment of a setting. */
export interface Part {
  readonly mode: PushMode;
  readonly policy: InDoubtPolicy;
  readonly kind: Setting["kind"];
  readonly items: readonly Item[];
  /** Number of items before it. */
  readonly from: number;
  readonly delivery: { readonly part: string; readonly whole: string };
  /** Whether it is the last segment of the data file. */
  readonly isLast: boolean;
}

export interface Expectation {
  readonly fates: readonly (readonly Fate[])[];
  /** Whether it is a new delivery of all messages. */
  readonly fresh: boolean;
  /** `certain`: whether the run must be refused, and not only may be. */
  readonly refusal: { readonly code: string; readonly certain: boolean } | undefined;
  /** Entries that are no longer in the manifest. */
  readonly removed: readonly Entry[];
}

const any: readonly Fate[] = ["pushed", "doubt", "new"];

/** @param recorded number of segments in the state: the manifest keeps those that it no longer has, without messages */
export function partsOf({ mode, policy, kind, items }: Setting, rowsOfPart: number, recorded: number): readonly Part[] {
  const size = kind === "rows" ? rowsOfPart : items.length;
  const whole = JSON.stringify(items);
  return Array.from({ length: Math.max(Math.ceil(items.length / size), recorded) }, (_, index) => {
    const part = items.slice(index * size, (index + 1) * size);
    const isLast = (index + 1) * size >= items.length;
    return {
      mode,
      policy,
      kind,
      items: part,
      from: Math.min(index * size, items.length),
      delivery: { part: JSON.stringify(part), whole },
      isLast,
    };
  });
}

/** Returns the deliveries of the whole data file that the run may make, by the possible states of its segments. */
export function turnsOf(
  parts: readonly Part[],
  frames: readonly (readonly Frame[])[],
): readonly (number | undefined)[] {
  const [first] = parts;
  if (first === undefined || parts.length === 1 || first.mode === "once") return [undefined];
  let states: readonly (readonly (Progress | null)[])[] = [[]];
  for (const some of frames) {
    const distinct = [...new Set(some.map(({ state }) => JSON.stringify(state)))].map((text) => JSON.parse(text));
    states = states.flatMap((before) => distinct.map((each) => [...before, each]));
  }
  return [...new Set(states.map((each) => turnOf(parts, each)))];
}

/** Returns the last delivery if it has the same rows and is not finished; else the next one. */
function turnOf(parts: readonly Part[], states: readonly (Progress | null)[]): number {
  const known = states.map((state) => (state?.kind === "rows" ? state : undefined));
  const last = Math.max(0, ...known.map((state) => state?.turn ?? 0));
  const isSame = known.map((state, index) => sameDelivery(state?.last, parts[index] as Part));
  const started = known.flatMap((state, index) => (state?.turn === last ? [index] : []));
  if (started.length === 0 || started.some((index) => !isSame[index])) return last + 1;
  const isFinished = known.every((state, index) => state?.turn === last && state.finished && isSame[index]);
  return isFinished && parts[0]?.mode === "every_deploy" ? last + 1 : last;
}

/** Returns what a run has to do with a segment. @param turn its delivery of the whole data file */
export function expected(frame: Frame, part: Part, turn?: number): Expectation {
  const { mode, items } = part;
  if (frame.kind !== undefined && frame.kind !== part.kind) {
    const certain = frame.entries.some(isCertain);
    return { fates: items.map(() => any), fresh: false, refusal: { code: "SOURCE_CHANGED", certain }, removed: [] };
  }
  const found = part.kind === "rows" ? matchRows(frame.entries, items) : matchMessages(frame.entries, items);
  const removed = frame.entries.filter((entry) => !found.includes(entry));
  if (goesOn(frame, part, turn)) {
    const fates = items.map((item, index) => fatesOf(item, found[index], part.kind));
    const refusal = mode === "once" ? refusalOf(part, items, found, removed) : undefined;
    return { fates, fresh: false, refusal, removed };
  }
  // A new delivery of all messages; those in doubt stay in doubt.
  const fates = items.map((item, index): readonly Fate[] => {
    const may = found[index]?.may ?? ["new"];
    const isOther = part.kind === "rows" && found[index]?.body !== item.body;
    return any.filter((fate) => {
      if (fate === "doubt") return may.includes("doubt");
      return fate === "new" && (isOther || may.some((each) => each !== "doubt"));
    });
  });
  return { fates, fresh: true, refusal: undefined, removed };
}

/** Reports whether a run resumes the current delivery of the segment. */
function goesOn(frame: Frame, part: Part, turn: number | undefined): boolean {
  if (part.mode === "once") return true;
  if (!sameDelivery(frame.last, part)) return false;
  if (turn === undefined) return part.mode === "on_change" || !frame.finished;
  return turn === frame.turn || (frame.turn === 0 && !frame.finished);
}

function sameDelivery(last: Delivery | undefined, { kind, delivery }: Part): boolean {
  if (last === undefined) return false;
  return kind === "rows" && last.whole !== undefined ? last.whole === delivery.whole : last.part === delivery.part;
}

function fatesOf(item: Item, entry: Entry | undefined, kind: Setting["kind"]): readonly Fate[] {
  if (entry === undefined) return ["new"];
  // A message in doubt stays in doubt if its id gets another body.
  if (kind === "messages" && entry.body !== item.body) return entry.may.filter((fate) => fate !== "pushed");
  return entry.may;
}

/** Reports whether the ledger contains it, as pushed or in doubt. */
function isCertain({ may }: Entry): boolean {
  return !may.includes("new");
}

function refusalOf(
  { kind, isLast }: Part,
  items: readonly Item[],
  found: readonly (Entry | undefined)[],
  removed: readonly Entry[],
): Expectation["refusal"] {
  const others = found.flatMap((entry, index) =>
    entry !== undefined && entry.body !== items[index]?.body ? [entry] : [],
  );
  if (kind === "messages") {
    const edited = others.filter(({ may }) => may.includes("pushed"));
    if (edited.length === 0) return undefined;
    return { code: "MESSAGE_EDITED", certain: edited.some(({ may }) => may.length === 1) };
  }
  const gone = [...others, ...removed].filter(({ may }) => may.some((fate) => fate !== "new"));
  if (gone.length === 0) return isLast ? { code: "DATA_FILE_EDITED", certain: false } : undefined;
  return { code: "DATA_FILE_EDITED", certain: gone.some(({ may }) => may.length === 1 && may[0] === "pushed") };
}

function matchRows(entries: readonly Entry[], items: readonly Item[]): readonly (Entry | undefined)[] {
  return items.map((_, index) => entries[index]);
}

/** Matches messages by id, and those without an id by body, one entry for each copy. */
function matchMessages(entries: readonly Entry[], items: readonly Item[]): readonly (Entry | undefined)[] {
  const left = new Set(entries);
  const found: (Entry | undefined)[] = items.map(() => undefined);
  const ids = new Set(items.map(({ id }) => id));
  const take = (fits: (item: Item, entry: Entry) => boolean) => {
    for (const [index, item] of items.entries()) {
      if (found[index] !== undefined) continue;
      const entry = [...left].find((each) => fits(item, each));
      if (entry === undefined) continue;
      found[index] = entry;
      left.delete(entry);
    }
  };
  take((item, entry) => item.id !== undefined && item.id === entry.id);
  for (const entry of [...left]) if (entry.id !== undefined && ids.has(entry.id)) left.delete(entry);
  take((item, entry) => item.id === undefined && entry.id === undefined && item.body === entry.body);
  // An id was added or removed.
  take((item, entry) => (item.id === undefined) !== (entry.id === undefined) && item.body === entry.body);
  return found;
}
