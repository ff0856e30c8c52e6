import type { SegmentLedger } from "../ledger/types.ts";
import type { SegmentInputs } from "../state/segment.ts";

type InDoubtInput = Pick<SegmentInputs, "inDoubtPolicy">;
type DecisionInput = Pick<SegmentLedger, "decision">;

/**
 * Returns the indices that a run sends. With `in_doubt: stop`, messages in doubt are never sent again automatically: this decides
 * between runs, `nextStep` in src/push/retry-policy.ts within a run, and `createSegmentClient` in
 * src/cloudflare/producer/segment-client.ts what the Worker may send again.
 */
export function selectSendable(
  { inDoubtPolicy }: InDoubtInput,
  { decision: { pending, inDoubt } }: DecisionInput,
): readonly number[] {
  const held = new Set(selectHeld({ inDoubtPolicy }, inDoubt));
  return pending.filter((index) => !held.has(index));
}

/** Returns the indices of the messages in doubt that are not sent again. @param inDoubt indices of all messages in doubt */
export function selectHeld({ inDoubtPolicy }: InDoubtInput, inDoubt: readonly number[]): readonly number[] {
  return inDoubtPolicy === "stop" ? inDoubt : [];
}

/**
 * Returns the indices that a plan lists, ascending: those pending by the ledger alone and those pending after merging journals.
 * Without journals the plan is identical on every machine.
 */
export function planSends(
  inputs: InDoubtInput,
  ledgerAlone: DecisionInput,
  withJournals: DecisionInput,
): readonly number[] {
  return [...new Set([...selectSendable(inputs, ledgerAlone), ...selectSendable(inputs, withJournals)])].sort(
    (a, b) => a - b,
  );
}
