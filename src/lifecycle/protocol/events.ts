/**
 * What the provider reports of a run: one union of events, which a reporter turns into sentences for people (`describe.ts`) and
 * the encoder here into JSON for `queue-seeder up` and the repairs. A change of a kind or of a field is a new version.
 */

/** Changes when an event that is there changes its meaning. */
const version = 1;

/** The types that a field can have. */
interface FieldTypes {
  readonly number: number;
  readonly text: string;
  readonly boolean: boolean;
  readonly texts: readonly string[];
  readonly repair: RepairAction;
}

/**
 * What a run can do to a ledger instead of pushing. `baseline` marks as pushed, also what was edited; `forget` makes pending;
 * `settle_pushed` and `settle_resend` say of messages in doubt that they arrived, or that they are to be sent again.
 */
export const repairActions = ["baseline", "forget", "settle_pushed", "settle_resend"] as const;

export type RepairAction = (typeof repairActions)[number];

/** The fields of each kind of event. The types of events and the decoder are both made of this table. */
const fields = {
  /** A preview: what the run is going to do for a segment. `held` and `mayRepeat` are messages in doubt. */
  planned: {
    queue: "text",
    toPush: "number",
    pushedBefore: "number",
    held: "number",
    mayRepeat: "number",
    forgotten: "number",
    /** Messages of a program that only the run itself knows in full. */
    unresolved: "number",
    /** Whether not even their number is known. */
    open: "boolean",
  },
  progress: { pushed: "number", total: "number", perSecond: "number", secondsLeft: "number" },
  /** `until`: ISO 8601. */
  waiting: { reason: "text", until: "text", secondsLeft: "number" },
  /** A wait is over that took so many seconds. */
  resumed: { seconds: "number" },
  /** The process of another run on this machine still pushes the segment. */
  other_run: { pid: "number" },
  /** What the journals of interrupted runs knew. */
  recovered: { arrived: "number", inDoubt: "number" },
  /** Messages that may have arrived twice; `names` are the first of them, and `more` counts the others. */
  possible_duplicates: { messages: "number", names: "texts", more: "number" },
  queue_paused: { queue: "text" },
  queue_gone: { queue: "text", queueId: "text" },
  /** A ledger was repaired, and nothing pushed. */
  repaired: { action: "repair", messages: "number" },
  /** A segment was deleted; what it pushed stays in the queue. */
  removed: { queue: "text", pushed: "number" },
  /** Something did not work that stops nothing. */
  warned: { code: "text", message: "text" },
  /** Why the segment's call fails. The error that Pulumi shows has the same message. */
  refused: { code: "text", message: "text" },
  /** How the push of a segment ended. `pushed`: by this run, with what it took over from a journal. */
  outcome: { pushed: "number", inDoubt: "number", notSent: "number" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, keyof FieldTypes>>>>;

type Fields = typeof fields;

export type RunEventKind = keyof Fields;

/** Something that the provider reports of one segment. */
export type RunEvent = {
  readonly [Kind in RunEventKind]: { readonly kind: Kind } & {
    readonly [Name in keyof Fields[Kind]]: FieldTypes[Fields[Kind][Name] & keyof FieldTypes];
  };
}[RunEventKind];

/** The events of one kind, or of several. */
export type RunEventOfKind<Kind extends RunEventKind> = Extract<RunEvent, { readonly kind: Kind }>;

/** What a text from the engine holds. */
export type DecodedEvent =
  | { readonly kind: "event"; readonly event: RunEvent }
  /** It is a payload, and none that this version can read. */
  | { readonly kind: "unreadable"; readonly message: string }
  /** It is another text. */
  | { readonly kind: "other" };

const isField: { readonly [Type in keyof FieldTypes]: (value: unknown) => boolean } = {
  number: (value) => typeof value === "number" && Number.isFinite(value),
  text: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  repair: (value) => repairActions.some((action) => action === value),
};

/** How every payload begins. */
const eventTag = '{"queueSeeder":';

/** Writes an event as one line of JSON. No character of it means anything to Pulumi, which takes `<{%` for a colour. */
export function encodeEvent(event: RunEvent): string {
  return JSON.stringify({ queueSeeder: version, ...event })
    .toWellFormed()
    .replaceAll("<", "\\u003c");
}

/** Reads what {@link encodeEvent} wrote. Never throws. */
export function decodeEvent(text: string): DecodedEvent {
  if (!text.startsWith(eventTag)) return { kind: "other" };
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "unreadable", message: "it is not JSON" };
  }
  const { queueSeeder, kind, ...rest } = value;
  if (queueSeeder !== version) {
    const message = `it has version ${String(queueSeeder)}, and this command reads version ${version}`;
    return { kind: "unreadable", message };
  }
  if (typeof kind !== "string" || !Object.hasOwn(fields, kind)) {
    return { kind: "unreadable", message: `its kind is ${String(kind)}` };
  }
  const known: Readonly<Record<string, keyof FieldTypes>> = fields[kind as RunEventKind];
  const wrong = Object.entries(known).find(([name, type]) => !isField[type](rest[name]));
  if (wrong !== undefined) return { kind: "unreadable", message: `its field ${wrong[0]} is not a ${wrong[1]}` };
  return { kind: "event", event: { kind, ...rest } as unknown as RunEvent };
}
