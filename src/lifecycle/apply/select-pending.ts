import type { Book } from "../ledger/types.ts";
import type { SegmentInputs } from "../state/segment.ts";

type Policy = Pick<SegmentInputs, "inDoubtPolicy">;
type Decided = Pick<Book, "decision">;

/** The messages that a run sends. With `in_doubt: stop`, what was sent without an answer is never sent again unasked. */
export function toSend({ inDoubtPolicy }: Policy, { decision: { pending, inDoubt } }: Decided): readonly number[] {
  const held = new Set(inDoubtPolicy === "stop" ? inDoubt : []);
  return pending.filter((index) => !held.has(index));
}

/**
 * What a plan has of a segment, which is the same on every machine unless a journal here makes it more: what goes by the ledger
 * alone, and what a journal adds.
 */
export function plannedSends(inputs: Policy, alone: Decided, withJournals: Decided): readonly number[] {
  return [...new Set([...toSend(inputs, alone), ...toSend(inputs, withJournals)])].sort((a, b) => a - b);
}
