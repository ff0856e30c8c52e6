import { hash } from "node:crypto";
import type { SegmentRun } from "../segment-run.ts";
import type { SegmentInputs } from "../state/segment.ts";

/** 132 bits; see `keyPattern` of the protocol. */
const keyCharacters = 22;

type KeyScope = Pick<SegmentInputs, "accountId" | "queueId" | "deployment" | "segment">;

/**
 * Returns a function that computes the key of a message in the Worker's ledger, which depends neither on names nor on how
 * messages are packed.
 *
 * @param keyOf returns the key of a message in the journal, which distinguishes equal messages
 */
export function messageKeys(
  { accountId, queueId, deployment, segment }: KeyScope,
  generation: string,
  keyOf: (index: number) => string,
): (index: number) => string {
  const scope = JSON.stringify([accountId, queueId, deployment, segment, generation]);
  return (index) => hash("sha256", `${scope}\n${keyOf(index)}`, "base64url").slice(0, keyCharacters);
}

type GenerationSource = Pick<SegmentRun, "previous" | "recorded" | "ledger"> & {
  readonly inputs: Pick<SegmentRun["inputs"], "resourceUrn">;
  readonly claim: Pick<SegmentRun["claim"], "recovered">;
  readonly session: Pick<SegmentRun["session"], "recordedRuns">;
};

/**
 * Returns the generation of a run's messages: a part of their keys in the Worker's ledger, which never sends the same key twice.
 * It is computed from the Pulumi state alone, so that a run after a lost journal computes it again, and it changes whenever
 * messages that were pushed are to be pushed again: in a new delivery, to another queue, after `forget`, after a message was
 * removed and added again, or if Pulumi replaces the segment. Pulumi keeps the state of a segment until its replacement is there,
 * so a run after a killed one computes the same generation.
 */
export function resolveGeneration(run: GenerationSource): string {
  const { previous, recorded, ledger, claim, inputs, session } = run;
  const last = claim.recovered.findLast(({ isNext }) => isNext)?.found.head;
  const replaced = previous === undefined ? session.recordedRuns.get(inputs.resourceUrn) : undefined;
  // No other generation has this form: runs that were killed may have pushed messages under any that follows from the state.
  const latestRun = replaced === undefined ? (recorded ?? previous)?.runs[0] : `replaces ${replaced}`;
  if (!ledger.resumed)
    return [last?.id ?? latestRun ?? "", ledger.deliveryDigest, ledger.deliveryNumber ?? ""].join(" ");
  if (last?.workerLedger !== undefined) return last.workerLedger.generation;
  // A delivery that began over REST.
  if (last?.startsOver) return last.id;
  return recorded?.workerLedger?.generation ?? latestRun ?? "";
}
