import type { SegmentRun } from "../context.ts";
import { SeederError } from "../errors.ts";
import { assertNotEdited } from "../ledger/assert-not-edited.ts";
import { assertSameQueue, isLastSegment } from "../ledger/diff.ts";
import type { SegmentLedger } from "../ledger/types.ts";
import type { RepairRequest } from "../protocol/request.ts";
import { toOutputs } from "../state/outputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import type { MessageOutcomes } from "../state/tally.ts";
import { acceptsWholeFile, remainingEdits, selectMessages } from "./selection.ts";

/** Whether a segment is one of those that a repair is about. */
export function appliesTo({ segments }: RepairRequest, { resourceUrn }: Pick<SegmentInputs, "resourceUrn">): boolean {
  return resourceUrn.slice(0, resourceUrn.lastIndexOf("/")) === segments;
}

/** Works out where the messages are after a repair. Pure. */
function applyRepair(
  { action }: RepairRequest,
  { decision }: SegmentLedger,
  chosen: readonly number[],
  { messages }: SegmentInputs,
): Pick<MessageOutcomes, "pushed" | "inDoubt"> {
  const { inDoubt } = decision;
  // A journal may know of rows that a data file has no more.
  const kept = decision.alreadyPushed.filter((index) => index < messages);
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
  repair: RepairRequest,
  delivery: Pick<SegmentRun, "inputs" | "previous" | "ledger" | "claim" | "session">,
): Promise<SegmentOutputs> {
  const { inputs, previous, ledger, session } = delivery;
  if (!appliesTo(repair, inputs)) {
    const what = `this run repairs ${repair.manifest} and pushes nothing of ${inputs.manifest}`;
    throw new SeederError("REPAIR_ONLY", `${what}. Run \`pulumi up\` for that.`);
  }
  if (previous === undefined && delivery.claim.recovered.length === 0 && repair.action !== "baseline") {
    throw new SeederError(
      "NOT_DEPLOYED",
      `${inputs.manifest} was never deployed here, so its ledger is empty. Nothing was changed.`,
    );
  }
  if (previous !== undefined) assertSameQueue(previous, inputs);
  const chosen = selectMessages(repair, ledger, inputs);
  // An edited message that the repair leaves alone would lose what the ledger has of it.
  const edited = remainingEdits(repair, ledger.decision, chosen, inputs);
  await assertNotEdited(inputs, { ...ledger.decision, edited }, session.host);
  const { pushed, inDoubt } = applyRepair(repair, ledger, chosen, inputs);
  await session.host.log({ kind: "repaired", action: repair.action, messages: chosen.length }, inputs.resourceUrn);
  const account = { pushed, inDoubt, inDoubtLabels: inDoubt.map(ledger.labelOf), possibleDuplicates: [] };
  const outputs = toOutputs({ ...delivery, account }, session);
  return previous === undefined || acceptsWholeFile(repair) ? outputs : withRunsOf(previous, outputs);
}

/** Where a data file ends is what the next run is to compare, if it was no part of the repair. */
function withRunsOf(before: SegmentOutputs, outputs: SegmentOutputs): SegmentOutputs {
  const last = isLastSegment(before);
  const { content } = outputs;
  return content.kind === "rows" && last !== undefined ? { ...outputs, content: { ...content, last } } : outputs;
}
