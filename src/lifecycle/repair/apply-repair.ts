import type { Delivery } from "../context.ts";
import { Refusal } from "../errors.ts";
import { refuseEdited } from "../ledger/assert-not-edited.ts";
import { lastOf, refuseOtherQueue } from "../ledger/diff.ts";
import type { Book } from "../ledger/types.ts";
import type { Repair } from "../protocol/request.ts";
import { outputsOf } from "../state/outputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import type { Account } from "../state/tally.ts";
import { choose, leftEdited, takesAsItIs } from "./selection.ts";

/** Whether a segment is one of those that a repair is about. */
export function isAbout({ segments }: Repair, { resourceUrn }: Pick<SegmentInputs, "resourceUrn">): boolean {
  return resourceUrn.slice(0, resourceUrn.lastIndexOf("/")) === segments;
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
  await session.ports.log({ kind: "repaired", action: repair.action, messages: chosen.length }, inputs.resourceUrn);
  const account = { pushed, inDoubt, inDoubtLabels: inDoubt.map(book.labelOf), possibleDuplicates: [] };
  const outputs = outputsOf({ ...delivery, account }, session);
  return before === undefined || takesAsItIs(repair) ? outputs : endingAsIn(before, outputs);
}

/** Where a data file ends is what the next run is to compare, if it was no part of the repair. */
function endingAsIn(before: SegmentOutputs, outputs: SegmentOutputs): SegmentOutputs {
  const last = lastOf(before);
  const { content } = outputs;
  return content.kind === "rows" && last !== undefined ? { ...outputs, content: { ...content, last } } : outputs;
}
