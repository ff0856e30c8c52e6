import type { SegmentLedger } from "../ledger/types.ts";
import type { SegmentInputs } from "../state/segment.ts";

type InDoubtInput = Pick<SegmentInputs, "inDoubtPolicy">;
type DecisionInput = Pick<SegmentLedger, "decision">;

/** The messages that a run sends. With `in_doubt: stop`, what was sent without an answer is never sent again unasked. */
export function selectPending(
  { inDoubtPolicy }: InDoubtInput,
  { decision: { pending, inDoubt } }: DecisionInput,
): readonly number[] {
  const held = new Set(inDoubtPolicy === "stop" ? inDoubt : []);
  return pending.filter((index) => !held.has(index));
}

/**
 * What a plan has of a segment, which is the same on every machine unless a journal here makes it more: what goes by the ledger
 * alone, and what a journal adds.
 */
export function planSends(inputs: InDoubtInput, alone: DecisionInput, withJournals: DecisionInput): readonly number[] {
  return [...new Set([...selectPending(inputs, alone), ...selectPending(inputs, withJournals)])].sort((a, b) => a - b);
}
