/**
 * Events that the provider reports during a run: one discriminated union. `describe.ts` turns events into sentences, the encoder
 * here into JSON for `queue-seeder up` and the repair commands. A changed kind or field needs a new version.
 */

import { findVersionMismatch } from "../../document-version.ts";
import { isTexts } from "../../json-object.ts";

/** Incremented when the meaning of an existing event changes. */
const version = 1;

/** Types that a field can have. */
interface FieldTypes {
  readonly number: number;
  readonly text: string;
  readonly boolean: boolean;
  readonly texts: readonly string[];
  readonly repair: RepairAction;
}

/**
 * What a run can do to a ledger instead of pushing. `baseline` marks messages as pushed, edited ones included; `forget` marks
 * them as pending; `settle_pushed` and `settle_resend` mark messages in doubt as pushed, or as pending again.
 */
export const repairActions = ["baseline", "forget", "settle_pushed", "settle_resend"] as const;

export type RepairAction = (typeof repairActions)[number];

/** The fields of each kind of event. The event types and the decoder are derived from this table. */
const fields = {
  /** What the run is going to do for a segment, reported by a preview. `held` and `mayRepeat` count messages in doubt. */
  planned: {
    queue: "text",
    toPush: "number",
    pushedBefore: "number",
    held: "number",
    mayRepeat: "number",
    forgotten: "number",
    /** Number of a program's messages that have values only known during the run. */
    unresolved: "number",
    /** Whether even their number is unknown. */
    countUnknown: "boolean",
  },
  progress: { pushed: "number", total: "number", perSecond: "number", secondsLeft: "number" },
  /** `until`: ISO 8601. */
  waiting: { reason: "text", until: "text", secondsLeft: "number" },
  /** A wait has ended. `seconds`: its duration. */
  resumed: { seconds: "number" },
  /** Another run on this machine, with this process id, is still pushing the segment. */
  other_run: { pid: "number" },
  /** The contents of the journals of interrupted runs. */
  recovered: { arrived: "number", inDoubt: "number" },
  /** What the ledger of the producer Worker contains of the messages in doubt: `arrived`, and `absent` for those that it never sent. */
  ledger_asked: { arrived: "number", absent: "number", inDoubt: "number" },
  /** Messages that the producer Worker did not send, because its ledger had them before the run. */
  recognized: { messages: "number" },
  /** Messages that may have arrived twice: `names` has the first of them, `more` is the number of the others. */
  possible_duplicates: { messages: "number", names: "texts", more: "number" },
  queue_paused: { queue: "text" },
  queue_gone: { queue: "text", queueId: "text" },
  /** A ledger was repaired; nothing was pushed. */
  repaired: { action: "repair", messages: "number" },
  /** A segment was deleted; the messages it pushed stay in the queue. */
  removed: { queue: "text", pushed: "number" },
  /** Something failed without stopping the run. */
  warned: { code: "text", message: "text" },
  /** The call for a segment was rejected. The error that Pulumi displays has the same message. */
  refused: { code: "text", message: "text" },
  /** The outcome of a segment's push. `pushed`: by this run, including messages recovered from a journal. */
  outcome: { pushed: "number", inDoubt: "number", notSent: "number" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, keyof FieldTypes>>>>;

type Fields = typeof fields;

export type RunEventKind = keyof Fields;

/** An event that the provider reports for one segment. */
export type RunEvent = {
  readonly [Kind in RunEventKind]: { readonly kind: Kind } & {
    readonly [Name in keyof Fields[Kind]]: FieldTypes[Fields[Kind][Name] & keyof FieldTypes];
  };
}[RunEventKind];

/** The events of one kind, or of several. */
export type RunEventOfKind<Kind extends RunEventKind> = Extract<RunEvent, { readonly kind: Kind }>;

/** The result of decoding a text from Pulumi. */
export type DecodedEvent =
  | { readonly kind: "event"; readonly event: RunEvent }
  /** An event that this version cannot read. */
  | { readonly kind: "unreadable"; readonly message: string }
  /** A text that is not an event. */
  | { readonly kind: "other" };

const isField: { readonly [Type in keyof FieldTypes]: (value: unknown) => boolean } = {
  number: (value) => typeof value === "number" && Number.isFinite(value),
  text: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  texts: isTexts,
  repair: (value) => repairActions.some((action) => action === value),
};

/** Prefix of every encoded event. */
const eventTag = '{"queueSeeder":';

/** Encodes an event as one line of JSON. Escapes `<`, since Pulumi parses `<{%` as a colour directive. */
export function encodeEvent(event: RunEvent): string {
  return JSON.stringify({ queueSeeder: version, ...event })
    .toWellFormed()
    .replaceAll("<", "\\u003c");
}

/** Decodes the output of {@link encodeEvent}. Never throws. */
export function decodeEvent(text: string): DecodedEvent {
  if (!text.startsWith(eventTag)) return { kind: "other" };
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "unreadable", message: "it is not JSON" };
  }
  const { queueSeeder, kind, ...rest } = value;
  const mismatch = findVersionMismatch(queueSeeder, version);
  if (mismatch !== undefined) return { kind: "unreadable", message: mismatch.reason };
  if (typeof kind !== "string" || !Object.hasOwn(fields, kind)) {
    return { kind: "unreadable", message: `its kind is ${String(kind)}` };
  }
  const known: Readonly<Record<string, keyof FieldTypes>> = fields[kind as RunEventKind];
  const wrong = Object.entries(known).find(([name, type]) => !isField[type](rest[name]));
  if (wrong !== undefined) return { kind: "unreadable", message: `its field ${wrong[0]} is not a ${wrong[1]}` };
  return { kind: "event", event: { kind, ...rest } as unknown as RunEvent };
}
