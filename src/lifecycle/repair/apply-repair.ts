import { SeederError } from "../errors.ts";
import { assertNotEdited } from "../ledger/assert-not-edited.ts";
import { assertSameQueue, isLastSegment } from "../ledger/diff.ts";
import type { SegmentLedger } from "../ledger/types.ts";
import type { RepairRequest } from "../protocol/request.ts";
import type { SegmentRun } from "../segment-run.ts";
import { toOutputs } from "../state/outputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import type { MessageOutcomes } from "../state/tally.ts";
import { acceptsWholeFile, appliesTo, remainingEdits, selectMessages } from "./selection.ts";

/** Computes the outcomes of a segment's messages after a repair. Pure. */
function applyRepair(
  { action }: RepairRequest,
  { decision }: SegmentLedger,
  chosen: readonly number[],
  { messages }: SegmentInputs,
): Pick<MessageOutcomes, "pushed" | "inDoubt"> {
  const { inDoubt } = decision;
  // A journal may contain rows that were removed from the data file.
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
 * Applies the requested repair to a segment's ledger and pushes nothing.
 *
 * @throws SeederError if the repair is impossible or targets another manifest; the ledger is then unchanged
 */
export async function repairLedger(
  repair: RepairRequest,
  segmentRun: Pick<SegmentRun, "inputs" | "previous" | "recorded" | "ledger" | "claim" | "session">,
): Promise<SegmentOutputs> {
  const { inputs, previous, ledger, session } = segmentRun;
  if (!appliesTo(repair, inputs)) {
    const what = `this run repairs ${repair.manifest} and pushes nothing from ${inputs.manifest}`;
    throw new SeederError("REPAIR_ONLY", `${what}. Run \`pulumi up\` to push it.`);
  }
  if (previous === undefined && segmentRun.claim.recovered.length === 0 && repair.action !== "baseline") {
    throw new SeederError(
      "NOT_DEPLOYED",
      `${inputs.manifest} was never deployed here, so its ledger is empty. Nothing was changed.`,
    );
  }
  if (previous !== undefined) assertSameQueue(previous, inputs);
  const chosen = selectMessages(repair, ledger, inputs);
  // An edited message that the repair does not include would lose its entry in the ledger.
  const edited = remainingEdits(repair, ledger.decision, chosen, inputs);
  await assertNotEdited(inputs, { ...ledger.decision, edited }, session.host);
  const { pushed, inDoubt } = applyRepair(repair, ledger, chosen, inputs);
  await session.host.log({ kind: "repaired", action: repair.action, messages: chosen.length }, inputs.resourceUrn);
  const outcomes = {
    pushed,
    inDoubt,
    inDoubtLabels: inDoubt.map((index) => ledger.labelOf(index)),
    possibleDuplicates: [],
  };
  const isAnyRemoved = repair.action !== "settle_pushed" && (chosen.length > 0 || acceptsWholeFile(repair));
  const outputs = toOutputs({ ...segmentRun, outcomes, isAnyRemoved }, session);
  return previous === undefined || acceptsWholeFile(repair) ? outputs : withRunsOf(previous, outputs);
}

/** Keeps the recorded end of the data file, for a repair that does not cover the whole file, so that the next run compares it. */
function withRunsOf(before: SegmentOutputs, outputs: SegmentOutputs): SegmentOutputs {
  const last = isLastSegment(before);
  const { content } = outputs;
  return content.kind === "rows" && last !== undefined ? { ...outputs, content: { ...content, last } } : outputs;
}
