import { findVersionMismatch } from "../../document-version.ts";
import { isTexts, type JsonObject, toObject } from "../../json-object.ts";
import {
  type EntryOutcome,
  type JournalContent,
  type JournalEntry,
  JournalError,
  type JournalHead,
  type RecoveredEntries,
} from "./types.ts";

/**
 * The lines of a journal, in JSON: one for its head, one for the entries that it took over, then one for each event, in order.
 * Settled messages are identified by their index, because the line of their request has their keys.
 */
export const encodeLine = {
  head: (head: JournalHead) => line({ version, ...head }),
  left: (left: RecoveredEntries) => line({ left }),
  sending: (entries: readonly JournalEntry[]) => line({ sending: entries.map(({ at, key }) => [at, key]) }),
  outcome: (state: EntryOutcome, at: readonly number[]) => line({ [state]: at }),
  ended: () => line({ ended: true }),
};

/** Incremented when the meaning of an existing key changes. */
const version = 1;

/** Reads a journal's first line. @throws JournalError */
export function parseHead(row: string, file: string): JournalHead {
  const head = parse(row);
  const mismatch = findVersionMismatch(head?.version, version);
  if (mismatch?.remedy !== undefined) {
    throw new JournalError(`the journal ${file} cannot be read: ${mismatch.reason}. ${mismatch.remedy}`);
  }
  if (head === undefined || mismatch !== undefined || !isHead(head)) throw damagedJournalError(file, 0);
  return head;
}

/**
 * Reads a journal's text. An incomplete last line was never synced, so its event did not happen or was not confirmed, and it is
 * ignored. An incomplete line elsewhere means that the file is damaged.
 *
 * @throws JournalError
 */
export function parseContent(text: string, file: string): JournalContent {
  const rows = text.split("\n").filter((row) => row !== "");
  const parsed = rows.flatMap((row, index) => {
    const event = parse(row);
    if (event === undefined && index < rows.length - 1) throw damagedJournalError(file, index);
    return event === undefined ? [] : [event];
  });
  const [, taken, ...events] = parsed;
  const earlier = parseEntries(taken?.left);
  if (earlier === undefined) throw damagedJournalError(file, 1);

  const states = new Map<number, { key: string; state: "sending" | EntryOutcome }>();
  let ended = false;
  for (const [index, event] of events.entries()) {
    if (event.ended === true) ended = true;
    else if (!apply(event, states)) throw damagedJournalError(file, index + 2);
  }
  const keys = (...of: string[]) =>
    [...states.values()].filter(({ state }) => of.includes(state)).map(({ key }) => key);
  const own: RecoveredEntries = {
    pushed: keys("pushed", "possibleDuplicates"),
    inDoubt: keys("sending", "inDoubt", "possibleDuplicates"),
  };
  const entries = {
    pushed: [...earlier.pushed, ...own.pushed],
    inDoubt: [...earlier.inDoubt, ...own.inDoubt],
  };
  return { entries, own, ended };
}

function damagedJournalError(file: string, row: number): JournalError {
  return new JournalError(
    `the journal ${file} is damaged on line ${row + 1}. Check the queue, then delete the file: ` +
      "messages of the interrupted run are then pushed again",
  );
}

/** Applies an event. @returns false if {@link encodeLine} does not write such a line */
function apply(event: JsonObject, states: Map<number, { key: string; state: "sending" | EntryOutcome }>): boolean {
  if (Array.isArray(event.sending)) {
    for (const entry of event.sending) {
      if (!Array.isArray(entry) || typeof entry[0] !== "number" || typeof entry[1] !== "string") return false;
      states.set(entry[0], { key: entry[1], state: "sending" });
    }
    return true;
  }
  const state = (["pushed", "possibleDuplicates", "inDoubt", "notSent"] as const).find((name) =>
    Array.isArray(event[name]),
  );
  if (state === undefined) return false;
  for (const at of event[state] as unknown[]) {
    const known = typeof at === "number" ? states.get(at) : undefined;
    if (known === undefined) return false;
    known.state = state;
  }
  return true;
}

const texts = ["id", "lineage", "deployment", "resource", "delivery", "startedAt"] as const;

function isHead(row: JsonObject): row is JsonObject & JournalHead {
  const { takenOver, base, kind, deliveryNumber, workerLedger, startsOver, uncheckpointed, segment } = row;
  const [queue, owner] = [toObject(row.queue), toObject(row.owner)];
  return (
    texts.every((name) => typeof row[name] === "string") &&
    isTexts(takenOver) &&
    (base === null || typeof base === "string") &&
    (kind === "messages" || kind === "rows") &&
    (deliveryNumber === undefined || typeof deliveryNumber === "number") &&
    (workerLedger === undefined || isWorkerLedger(toObject(workerLedger))) &&
    typeof startsOver === "boolean" &&
    typeof uncheckpointed === "boolean" &&
    typeof segment === "number" &&
    [queue.accountId, queue.queueId, owner.machine, owner.started].every((text) => typeof text === "string") &&
    typeof owner.pid === "number"
  );
}

function isWorkerLedger({ generation, ledger }: JsonObject): boolean {
  return typeof generation === "string" && (ledger === undefined || typeof ledger === "string");
}

function parseEntries(value: unknown): RecoveredEntries | undefined {
  const { pushed, inDoubt } = toObject(value);
  return isTexts(pushed) && isTexts(inDoubt) ? { pushed, inDoubt } : undefined;
}

function parse(row: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(row);
    return typeof value === "object" && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
