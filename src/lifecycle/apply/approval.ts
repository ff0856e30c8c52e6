import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { QueueRequirements } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { RunRequest } from "../protocol/request.ts";
import type { SegmentInputs } from "../state/segment.ts";

/** A segment as a review knows it. */
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
 * What is to be pushed for a segment: the messages with their ids and delays (by the segment's digest), which of them, where
 * to, and on what terms. The same on every machine.
 */
export interface PlannedPush extends Omit<PushIdentity, "project" | "stack" | "requires"> {
  /** "" where it is not known yet, since the run creates the queue first. */
  readonly queueId: string;
  /** What the queue must be like before the first message goes; null: anything. */
  readonly requires: QueueRequirements | null;
  /** "" where the program gives values that only the run itself knows: then any messages are the reviewed ones. */
  readonly digest: string;
  /** Their indices in the segment, ascending, as in `0-4,7`; `*` where the digest is "". */
  readonly messages: string;
}

/** @param sendable indices in the segment, ascending */
export function toPlannedPush(inputs: PushIdentity, sendable: readonly number[]): PlannedPush {
  const { manifest, segment, accountId, queue, queueId, mode, inDoubtPolicy, requires = null, digest } = inputs;
  const terms = { accountId, queue, queueId, mode, inDoubtPolicy, requires };
  return { manifest, segment, ...terms, digest, messages: ranges(sendable) };
}

/** The push of a segment as it is reviewed before the run has made all of its messages. */
export function toOpenPush(inputs: PushIdentity): PlannedPush {
  return { ...toPlannedPush(inputs, []), ...anyMessages };
}

const anyMessages = { digest: "", messages: "*" } as const;

type StackIdentity = Pick<PushIdentity, "project" | "stack">;

/** Names a push of a stack. */
export function pushDigest({ project, stack }: StackIdentity, push: PlannedPush): string {
  const { manifest, segment, accountId, queue, queueId, mode, inDoubtPolicy, requires, digest, messages } = push;
  const desired = requires && [requires.consumer, requires.notPaused, requires.maxBacklog ?? null];
  const where = [accountId, queue, queueId];
  const identity = [project, stack, manifest, segment, ...where, mode, inDoubtPolicy, desired, digest, messages];
  return describePush("push", JSON.stringify(identity));
}

/** Whether a push is the reviewed one, or what was left of it when a run ended early. */
export function isSubsetOf(push: PlannedPush, approved: PlannedPush): boolean {
  const same = (["manifest", "segment", "accountId", "queue", "mode", "inDoubtPolicy"] as const).every(
    (key) => push[key] === approved[key],
  );
  if (!same || !isDeepStrictEqual(push.requires, approved.requires)) return false;
  if (push.queueId !== approved.queueId && approved.queueId !== "") return false;
  if (approved.messages === anyMessages.messages) return true;
  if (push.digest !== approved.digest) return false;
  const whole = parseRange(approved.messages);
  return parseRange(push.messages).every(([from, to]) => whole.some(([first, last]) => first <= from && to <= last));
}

/**
 * @param sendable what is to be pushed; asked only where somebody reviewed it
 * @throws Refusal when the run was reviewed, and this was not part of it
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
    `what would be pushed of ${inputs.manifest} is no longer what was reviewed. Nothing of it was pushed. ` +
      "Make a plan again, and have it reviewed.",
  );
}

/** `p1:` tells these digests from those in ledgers, and a later form from this one. */
export function describePush(what: string, text: string): string {
  return `p1:${createHash("sha256").update(`${what}\n${text}`).digest().subarray(0, 16).toString("base64url")}`;
}

/** `0-4,7`: short for what lies together, as most do. */
function ranges(indices: readonly number[]): string {
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

/** The first and the last of each range. */
function parseRange(text: string): readonly (readonly [number, number])[] {
  if (text === "") return [];
  return text.split(",").map((range) => {
    const [from = "", to = from] = range.split("-");
    return [Number(from), Number(to)];
  });
}
