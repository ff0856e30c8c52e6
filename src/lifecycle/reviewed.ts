import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Refusal } from "./failure.ts";
import type { SegmentInputs } from "./segment.ts";

/**
 * Names the file that `queue-seeder up` gives to a run whose plan was reviewed: the digests of all that may be pushed, a
 * line each. In the environment, since that reaches the provider and never the engine's state.
 */
export const reviewedVariable = "QUEUE_SEEDER_REVIEWED";

/** A segment as a review knows it. */
export type PushIdentity = Pick<
  SegmentInputs,
  "project" | "stack" | "manifest" | "segment" | "queue" | "queueId" | "mode" | "digest"
>;

/**
 * What is to be pushed for a segment: the messages with their ids and delays (by the segment's digest), which of them, and
 * where to. The same on every machine.
 */
export interface ReviewedPush extends Omit<PushIdentity, "project" | "stack"> {
  /** "" where it is not known yet, since the run creates the queue first. */
  readonly queueId: string;
  /** Their indices in the segment, ascending, as in `0-4,7`. */
  readonly messages: string;
}

/** @param sendable indices in the segment, ascending */
export function pushOf(inputs: PushIdentity, sendable: readonly number[]): ReviewedPush {
  const { manifest, segment, queue, queueId, mode, digest } = inputs;
  return { manifest, segment, queue, queueId, mode, digest, messages: ranges(sendable) };
}

type StackIdentity = Pick<PushIdentity, "project" | "stack">;

/** Names a push of a stack. */
export function pushDigest({ project, stack }: StackIdentity, push: ReviewedPush): string {
  const { manifest, segment, queue, queueId, mode, digest, messages } = push;
  return digestOf("push", JSON.stringify([project, stack, manifest, segment, queue, queueId, mode, digest, messages]));
}

/** Whether a push is the reviewed one, or what was left of it when a run ended early. */
export function isPartOf(push: ReviewedPush, reviewed: ReviewedPush): boolean {
  const same = (["manifest", "segment", "queue", "mode", "digest"] as const).every(
    (key) => push[key] === reviewed[key],
  );
  if (!same || (push.queueId !== reviewed.queueId && reviewed.queueId !== "")) return false;
  const whole = bounds(reviewed.messages);
  return bounds(push.messages).every(([from, to]) => whole.some(([first, last]) => first <= from && to <= last));
}

/** Names everything that a run would push, by the {@link pushDigest} of each segment, in whatever order. */
export function planDigest({ project, stack }: StackIdentity, pushes: readonly ReviewedPush[]): string {
  const digests = pushes.map((push) => pushDigest({ project, stack }, push)).sort();
  return digestOf("plan", [JSON.stringify([project, stack]), ...digests].join("\n"));
}

/**
 * @param sendable what is to be pushed; asked only where somebody reviewed it
 * @throws Refusal when the run was reviewed, and this was not part of it
 */
export async function refuseUnreviewed(
  inputs: PushIdentity,
  sendable: () => Promise<readonly number[]>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const file = env[reviewedVariable];
  if (file === undefined || file === "") return;
  const indices = await sendable();
  if (indices.length === 0) return;
  const reviewed = new Set(readFileSync(file, "utf8").split("\n"));
  const push = pushOf(inputs, indices);
  if ([push, { ...push, queueId: "" }].some((each) => reviewed.has(pushDigest(inputs, each)))) return;
  throw new Refusal(
    "PLAN_DIFFERS",
    `what would be pushed of ${inputs.manifest} is no longer what was reviewed. Nothing of it was pushed. ` +
      "Make a plan again, and have it reviewed.",
  );
}

/** `p1:` tells these digests from those in ledgers, and a later form from this one. */
function digestOf(what: string, text: string): string {
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
function bounds(text: string): readonly (readonly [number, number])[] {
  if (text === "") return [];
  return text.split(",").map((range) => {
    const [from = "", to = from] = range.split("-");
    return [Number(from), Number(to)];
  });
}
