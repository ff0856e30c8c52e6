import { count } from "../figures.ts";
import type { Book } from "./book.ts";
import { choose, leftEdited, takesAsItIs } from "./chosen.ts";
import type { Delivery } from "./deliver.ts";
import { lastOf, refuseOtherQueue } from "./diff.ts";
import { refuseEdited } from "./edited.ts";
import { Refusal } from "./failure.ts";
import { outputsOf } from "./outputs.ts";
import type { Account } from "./record.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";

/**
 * What a run does to a ledger instead of pushing. `baseline` marks as pushed, also what was edited; `forget` makes pending;
 * `settle_pushed` and `settle_resend` say of messages in doubt that they arrived, or that they are to be sent again.
 */
export type RepairAction = "baseline" | "forget" | "settle_pushed" | "settle_resend";

/** One repair of one manifest, as the command line asks for it. */
export interface Repair {
  readonly action: RepairAction;
  /** What it is called in what is said. */
  readonly manifest: string;
  /** The URN of each of its segments, up to the number: several components may deploy a manifest of that name. */
  readonly segments: string;
  /**
   * Ids, or `#` and the number in the manifest from 1, where no message has that for its id; undefined: all that the action
   * can be about.
   */
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
  const { action, manifest, segments, messages } = value as Partial<Record<keyof Repair, unknown>>;
  const names =
    messages === undefined || (Array.isArray(messages) && messages.every((name) => typeof name === "string"));
  const about = typeof manifest === "string" && typeof segments === "string";
  return typeof action === "string" && actions.includes(action) && about && names;
}

/** Whether a segment is one of those that a repair is about. */
export function isAbout({ segments }: Repair, { self }: Pick<SegmentInputs, "self">): boolean {
  return self.slice(0, self.lastIndexOf("/")) === segments;
}

/** Works out where the messages are after a repair. Pure. */
function applyRepair(
  { action }: Repair,
  { decision }: Book,
  chosen: readonly number[],
  { messages }: SegmentInputs,
): Pick<Account, "pushed" | "inDoubt"> {
  const { inDoubt } = decision;
  // A journal may know of rows that a data file has no more.
  const kept = decision.kept.filter((index) => index < messages);
  const about = new Set(chosen);
  const others = (indices: readonly number[]) => indices.filter((index) => !about.has(index));
  const add = action === "baseline" || action === "settle_pushed" ? chosen : [];
  const stay = action === "forget" ? others(kept) : kept;
  return {
    pushed: [...new Set([...stay, ...add])].sort((a, b) => a - b),
    inDoubt: others(inDoubt),
  };
}

/**
 * Does to a segment's ledger what the command line asked for, and pushes nothing.
 *
 * @throws Refusal when it cannot be done, or asked for another manifest; the ledger stays what it is
 */
export async function repairLedger(
  repair: Repair,
  delivery: Pick<Delivery, "inputs" | "before" | "book" | "claim" | "session">,
): Promise<SegmentOutputs> {
  const { inputs, before, book, session } = delivery;
  if (!isAbout(repair, inputs)) {
    const what = `this run repairs ${repair.manifest} and pushes nothing of ${inputs.manifest}`;
    throw new Refusal("REPAIR_ONLY", `${what}. Run \`pulumi up\` for that.`);
  }
  if (before === undefined && repair.action !== "baseline") {
    throw new Refusal(
      "NOT_DEPLOYED",
      `${inputs.manifest} was never deployed here, so its ledger is empty. Nothing was changed.`,
    );
  }
  if (before !== undefined) refuseOtherQueue(before, inputs);
  const chosen = choose(repair, book, inputs);
  // An edited message that the repair leaves alone would lose what the ledger has of it.
  const edited = leftEdited(repair, book.decision, chosen, inputs);
  await refuseEdited(inputs, { ...book.decision, edited }, session.ports);
  const { pushed, inDoubt } = applyRepair(repair, book, chosen, inputs);
  const text = `${count(chosen.length, "message")} ${done[repair.action]}; nothing was pushed`;
  await session.ports.tell("info", text, inputs.self);
  const account = { pushed, inDoubt, inDoubtLabels: inDoubt.map(book.labelOf), maybeTwice: [] };
  const outputs = outputsOf({ ...delivery, account }, session);
  return before === undefined || takesAsItIs(repair) ? outputs : endingAsIn(before, outputs);
}

/** Where a data file ends is what the next run is to compare, if it was no part of the repair. */
function endingAsIn(before: SegmentOutputs, outputs: SegmentOutputs): SegmentOutputs {
  const last = lastOf(before);
  const { content } = outputs;
  return content.kind === "rows" && last !== undefined ? { ...outputs, content: { ...content, last } } : outputs;
}

const done = {
  baseline: "marked as pushed",
  forget: "forgotten by the ledger",
  settle_pushed: "in doubt marked as pushed",
  settle_resend: "in doubt to be sent again",
} as const satisfies Record<RepairAction, string>;
