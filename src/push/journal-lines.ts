import { type Base, type JournalEntry, JournalError, type JournalName, type Left, type Settled } from "./journal.ts";

/**
 * A journal's text: a line of JSON for its head, then one for each thing that happened, in order. Settled messages are named
 * by their index, because the line before the request has their keys.
 */
export const lines = {
  head: (name: JournalName, base: Base, left: Left) => line({ journal: version, ...name, base, left }),
  sending: (entries: readonly JournalEntry[]) => line({ sending: entries.map(({ at, key }) => [at, key]) }),
  settled: (state: Settled, at: readonly number[]) => line({ [state]: at }),
};

/** The form of the lines. A journal of another version is refused, not guessed at. */
const version = 2;

export interface ReadJournal {
  readonly base: Base;
  readonly left: Left;
}

/**
 * Reads a journal's text. A last line that is torn was never synced, so what it tells of never happened or was not known; it
 * is left out. A torn line before others means that the file was damaged.
 *
 * @throws JournalError
 */
export function readJournal(text: string, file: string): ReadJournal {
  const rows = text.split("\n").filter((row) => row !== "");
  const damaged = (row: number) =>
    new JournalError(
      `the journal ${file} is damaged in line ${row + 1}. Look at the queue, then delete the file: ` +
        "what an interrupted run pushed is then pushed again",
    );
  const parsed = rows.flatMap((text, row) => {
    const event = parse(text);
    if (event === undefined && row < rows.length - 1) throw damaged(row);
    return event === undefined ? [] : [event];
  });
  const [head, ...events] = parsed;
  // Not even its head was written: nothing had begun.
  if (head === undefined) return { base: { state: "", delivery: undefined }, left: { pushed: [], inDoubt: [] } };
  if (typeof head.journal !== "number") throw damaged(0);
  if (head.journal !== version) {
    throw new JournalError(
      `the journal ${file} is of another version of queue-seeder. Run that version, or delete the file`,
    );
  }
  const [base, earlier] = [baseOf(head.base), leftOf(head.left)];
  if (base === undefined || earlier === undefined) throw damaged(0);

  const states = new Map<number, { key: string; state: "sending" | Settled }>();
  for (const [index, event] of events.entries()) {
    if (!apply(event, states)) throw damaged(index + 1);
  }
  const keys = (...of: string[]) =>
    [...states.values()].filter(({ state }) => of.includes(state)).map(({ key }) => key);
  return {
    base,
    left: {
      pushed: [...earlier.pushed, ...keys("pushed", "maybe_twice")],
      inDoubt: [...earlier.inDoubt, ...keys("sending", "in_doubt", "maybe_twice")],
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

/** @returns whether the line is one that {@link lines} writes */
function apply(event: Row, states: Map<number, { key: string; state: "sending" | Settled }>): boolean {
  if (Array.isArray(event.sending)) {
    for (const entry of event.sending) {
      if (!Array.isArray(entry) || typeof entry[0] !== "number" || typeof entry[1] !== "string") return false;
      states.set(entry[0], { key: entry[1], state: "sending" });
    }
    return true;
  }
  const state = (["pushed", "maybe_twice", "in_doubt", "not_sent"] as const).find((name) => Array.isArray(event[name]));
  if (state === undefined) return false;
  for (const at of event[state] as unknown[]) {
    const known = typeof at === "number" ? states.get(at) : undefined;
    if (known === undefined) return false;
    known.state = state;
  }
  return true;
}

function baseOf(value: unknown): Base | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { state, delivery } = value as Partial<Record<keyof Base, unknown>>;
  if (typeof state !== "string" || (delivery !== undefined && typeof delivery !== "string")) return undefined;
  return { state, delivery };
}

function leftOf(value: unknown): Left | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { pushed, inDoubt } = value as Partial<Left>;
  return isKeys(pushed) && isKeys(inDoubt) ? { pushed, inDoubt } : undefined;
}

function isKeys(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((key) => typeof key === "string");
}

function parse(row: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(row);
    return typeof value === "object" && value !== null ? (value as Row) : undefined;
  } catch {
    return undefined;
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
