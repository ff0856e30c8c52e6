import type { Book } from "./book.ts";
import type { Delivery } from "./deliver.ts";
import { Refusal } from "./failure.ts";
import { outputsOf } from "./outputs.ts";
import type { SegmentOutputs } from "./segment.ts";
import { count } from "./summary.ts";

/**
 * What a run does to a ledger instead of pushing. `baseline` marks as pushed, also what was edited; `forget` makes pending;
 * `settle_pushed` and `settle_resend` say of messages in doubt that they arrived, or that they are to be sent again.
 */
export type RepairAction = "baseline" | "forget" | "settle_pushed" | "settle_resend";

/** One repair of one manifest, as the command line asks for it. */
export interface Repair {
  readonly action: RepairAction;
  readonly manifest: string;
  /** Ids, or `#` and the number in the manifest from 1; undefined: all that the action can be about. */
  readonly messages: readonly string[] | undefined;
}

/** The variable of the environment that carries a repair from the command line to the provider, as JSON. */
export const repairVariable = "QUEUE_SEEDER_REPAIR";

const actions: readonly string[] = [
  "baseline",
  "forget",
  "settle_pushed",
  "settle_resend",
] satisfies readonly RepairAction[];

/** @throws Refusal for a text that the command line did not write */
export function readRepair(text: string | undefined): Repair | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isRepair(value)) return { ...value, messages: value.messages };
  } catch {
    // Told below, together with JSON that is something else.
  }
  throw new Refusal(
    "REPAIR_UNREADABLE",
    `${repairVariable} is not what the command line writes. Unset it; nothing was pushed.`,
  );
}

function isRepair(value: unknown): value is Repair {
  if (typeof value !== "object" || value === null) return false;
  const { action, manifest, messages } = value as Partial<Record<keyof Repair, unknown>>;
  const names =
    messages === undefined || (Array.isArray(messages) && messages.every((name) => typeof name === "string"));
  return typeof action === "string" && actions.includes(action) && typeof manifest === "string" && names;
}

export interface Repaired {
  /** Indices in the segment, ascending. */
  readonly pushed: readonly number[];
  readonly inDoubt: readonly number[];
  /** Messages whose place in the ledger is another one now. */
  readonly changed: number;
}

/** Works out the ledger after a repair. Pure. */
export function applyRepair({ action, messages }: Repair, { decision, labelOf }: Book): Repaired {
  const { kept, pending, inDoubt } = decision;
  const edited = decision.edited.flatMap(({ index, messages }) =>
    Array.from({ length: messages }, (_, at) => index + at),
  );
  const names = messages === undefined ? undefined : new Set(messages);
  const chosen = (indices: readonly number[]) =>
    indices.filter((index) => names === undefined || names.has(labelOf(index)) || names.has(`#${index + 1}`));
  const known = new Set(kept);
  const result = (add: readonly number[], remove: readonly number[], doubtRemoved: readonly number[]): Repaired => {
    const gone = new Set(remove);
    const settled = new Set(doubtRemoved);
    const pushed = [...new Set([...kept, ...add])].filter((index) => !gone.has(index)).sort((a, b) => a - b);
    const left = inDoubt.filter((index) => !settled.has(index) && !gone.has(index));
    return { pushed, inDoubt: left, changed: new Set([...add, ...remove, ...doubtRemoved]).size };
  };
  switch (action) {
    case "baseline": {
      const all = chosen([...new Set([...pending, ...edited])]);
      return result(all, [], all);
    }
    case "forget":
      return result([], chosen([...known, ...edited.filter((index) => !known.has(index))]), chosen(inDoubt));
    case "settle_pushed":
      return result(chosen(inDoubt), [], chosen(inDoubt));
    case "settle_resend":
      return result([], [], chosen(inDoubt));
  }
}

/**
 * Does to a segment's ledger what the command line asked for, and pushes nothing.
 *
 * @throws Refusal when it asked for another manifest
 */
export async function repairLedger(
  repair: Repair,
  { inputs, before, book, session }: Pick<Delivery, "inputs" | "before" | "book" | "session">,
): Promise<SegmentOutputs> {
  if (repair.manifest !== inputs.manifest) {
    const what = `this run repairs ${repair.manifest} and pushes nothing of ${inputs.manifest}`;
    throw new Refusal("REPAIR_ONLY", `${what}. Run \`pulumi up\` for that.`);
  }
  const { pushed, inDoubt, changed } = applyRepair(repair, book);
  await session.ports.tell(
    "info",
    `${count(changed, "message")} ${done[repair.action]}; nothing was pushed`,
    inputs.self,
  );
  const account = { pushed, inDoubt, inDoubtLabels: inDoubt.map(book.labelOf), maybeTwice: [] };
  return outputsOf(inputs, account, book, before, session);
}

const done = {
  baseline: "marked as pushed",
  forget: "forgotten by the ledger",
  settle_pushed: "in doubt marked as pushed",
  settle_resend: "in doubt to be sent again",
} as const satisfies Record<RepairAction, string>;
