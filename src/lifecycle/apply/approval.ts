import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { QueueRequirements } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { RunRequest } from "../protocol/request.ts";
import type { SegmentInputs } from "../state/segment.ts";

/** The inputs of a segment that identify a reviewed push. */
export type PushIdentity = Pick<
  SegmentInputs,
  | "project"
  | "stack"
  | "manifest"
  | "segment"
  | "accountId"
  | "queue"
  | "queueId"
  | "mode"
  | "inDoubtPolicy"
  | "requires"
  | "digest"
>;

/**
 * A planned push of one segment: the messages with their ids and delays (by the segment's digest), their indices, the queue and
 * the delivery settings. Identical on every machine.
 */
export interface PlannedPush extends Omit<PushIdentity, "project" | "stack" | "requires"> {
  /** "" if it is unknown because the run has yet to create the queue. */
  readonly queueId: string;
  /** Requirements on the queue that are checked before the first push; null if there are none. */
  readonly requires: QueueRequirements | null;
  /** "" if the program passes values that are only known during the run; then any messages match the approval. */
  readonly digest: string;
  /** Indices in the segment, ascending, for example `0-4,7`; `*` if the digest is "". */
  readonly messages: string;
}

/** Returns the planned push of a segment. @param sendable indices in the segment, ascending */
export function toPlannedPush(inputs: PushIdentity, sendable: readonly number[]): PlannedPush {
  const { manifest, segment, accountId, queue, queueId, mode, inDoubtPolicy, requires = null, digest } = inputs;
  const terms = { accountId, queue, queueId, mode, inDoubtPolicy, requires };
  return { manifest, segment, ...terms, digest, messages: formatRanges(sendable) };
}

/** Returns the form of a push that is reviewed before all of its messages are known. */
export function toOpenPush(inputs: PushIdentity): PlannedPush {
  return { ...toPlannedPush(inputs, []), ...anyMessages };
}

const anyMessages = { digest: "", messages: "*" } as const;

type StackIdentity = Pick<PushIdentity, "project" | "stack">;

/** Computes the digest of a push of a stack, which identifies it in an approval. */
export function pushDigest({ project, stack }: StackIdentity, push: PlannedPush): string {
  const { manifest, segment, accountId, queue, queueId, mode, inDoubtPolicy, requires, digest, messages } = push;
  const desired = requires && [requires.consumer, requires.notPaused, requires.maxBacklog ?? null];
  const where = [accountId, queue, queueId];
  const identity = [project, stack, manifest, segment, ...where, mode, inDoubtPolicy, desired, digest, messages];
  return approvalDigest("push", JSON.stringify(identity));
}

/** Checks whether a push is the approved one, or the rest of it after a run that ended early. */
export function isSubsetOf(push: PlannedPush, approved: PlannedPush): boolean {
  const same = (["manifest", "segment", "accountId", "queue", "mode", "inDoubtPolicy"] as const).every(
    (key) => push[key] === approved[key],
  );
  if (!same || !isDeepStrictEqual(push.requires, approved.requires)) return false;
  if (push.queueId !== approved.queueId && approved.queueId !== "") return false;
  if (approved.messages === anyMessages.messages) return true;
  if (push.digest !== approved.digest) return false;
  const whole = parseRanges(approved.messages);
  return parseRanges(push.messages).every(([from, to]) => whole.some(([first, last]) => first <= from && to <= last));
}

/**
 * Throws if the run is limited to approved pushes and this push is not one of them.
 *
 * @param sendable returns the indices to push; only called if the run has a list of approved pushes
 * @throws SeederError PLAN_DIFFERS
 */
export async function assertApproved(
  inputs: PushIdentity,
  sendable: () => Promise<readonly number[]>,
  { approvedPushes }: Pick<RunRequest, "approvedPushes">,
): Promise<void> {
  if (approvedPushes === undefined) return;
  const indices = await sendable();
  if (indices.length === 0) return;
  const approved = new Set(approvedPushes);
  const push = toPlannedPush(inputs, indices);
  const created = { ...push, queueId: "" };
  const forms = [push, created].flatMap((each) => [each, { ...each, ...anyMessages }]);
  if (forms.some((each) => approved.has(pushDigest(inputs, each)))) return;
  throw new SeederError(
    "PLAN_DIFFERS",
    `the pending push of ${inputs.manifest} no longer matches the reviewed plan, so nothing from it was pushed. ` +
      "Make a new plan, and have it reviewed.",
  );
}

/** Computes a digest for an approval. Its prefix `p1:` distinguishes it from digests in ledgers and from later formats. */
export function approvalDigest(what: string, text: string): string {
  return `p1:${createHash("sha256").update(`${what}\n${text}`).digest().subarray(0, 16).toString("base64url")}`;
}

/** Formats ascending indices as `0-4,7`. Most are consecutive, so the text is short. */
function formatRanges(indices: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < indices.length; ) {
    const from = indices[at] as number;
    let to = from;
    while (indices[at + 1] === to + 1) {
      to += 1;
      at += 1;
    }
    parts.push(from === to ? `${from}` : `${from}-${to}`);
    at += 1;
  }
  return parts.join(",");
}

/** Parses the text of {@link formatRanges} into the first and last index of each range. */
function parseRanges(text: string): readonly (readonly [number, number])[] {
  if (text === "") return [];
  return text.split(",").map((range) => {
    const [from = "", to = from] = range.split("-");
    return [Number(from), Number(to)];
  });
}
