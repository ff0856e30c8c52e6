import { hash } from "node:crypto";
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
