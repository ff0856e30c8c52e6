import type { StateUnavailable } from "../../../engine/read-state.ts";
import type { Unresolved } from "../../../lifecycle/state/segment.ts";
import { estimateCost, prices } from "../../../plan/cost.ts";
import type { EditedMessage } from "../../../plan/decide.ts";
import { minDurationSeconds } from "../../../push/index.ts";
import type { ContentType, InDoubtPolicy, PushMode, SourceLocation } from "../../../types.ts";
import type { PlanAddress } from "./address.ts";
import type { JournaledMessages } from "./decide-segment.ts";
import type { QueueChange } from "./queue-changes.ts";
import type { Review } from "./review.ts";

/** What `up` would do for a stack. Plain data, out of which every form of the plan is made. */
export interface Plan {
  readonly stack: string;
  readonly project: string;
  readonly base: PlanBase;
  readonly address: PlanAddress;
  /** Whether the engine has run the program for the plan. */
  readonly program: Program;
  /** Of everything that the run would do; see `reviewDigest`. */
  readonly digest: string;
  /** What that is the digest of. */
  readonly review: Review;
  readonly manifests: readonly ManifestPlan[];
  /** Manifests that were deployed and are gone from the repository. */
  readonly removed: readonly RemovedManifest[];
  readonly queues: readonly QueuePlan[];
  /** What becomes of the queues that the stack manages. */
  readonly queueChanges: readonly QueueChange[];
  readonly total: PushSize & Estimate;
}

/** What the plan compares with. */
export type PlanBase =
  | { readonly kind: "ledger" }
  /** As if nothing had ever been pushed. */
  | { readonly kind: "nothing"; readonly code: StateUnavailable; readonly why: string };

/**
 * Who says what the run deploys: the engine, which has run the program, or the repository's files alone. Then what the
 * program itself deploys is in no plan.
 */
export type Program =
  | { readonly kind: "previewed" }
  /** `why`: a clause without a full stop; null: nobody asked the engine. */
  | { readonly kind: "files"; readonly why: string | null };

/** What would go. */
export interface PushSize {
  readonly messages: number;
  /** Of their bodies. */
  readonly bytes: number;
  readonly requests: number;
  /** To write them. */
  readonly operations: number;
}

export interface Estimate {
  /** From the first request to the last, under the limits that Cloudflare documents. */
  readonly seconds: number;
  /** Over the messages' life, written, read and deleted. */
  readonly lifeOperations: number;
  /** US$, where the month's included operations are used up. */
  readonly usd: number;
}

export interface ManifestPlan {
  readonly name: string;
  readonly location: SourceLocation;
  readonly queue: string;
  readonly mode: PushMode;
  readonly inDoubtPolicy: InDoubtPolicy;
  readonly push: PushSize;
  /** Messages of the program of which only the run itself knows what they are; null: none. */
  readonly unresolved: Unresolved | null;
  /** The key of each body that gets a stable id; null: bodies stay as they are. */
  readonly dedupField: string | null;
  /** Messages of the manifest. */
  readonly messages: number;
  readonly pushedBefore: number;
  /** Of those to push, sent before without an answer: they may arrive twice. */
  readonly inDoubt: number;
  /** Sent before without an answer, and not sent again, as `in_doubt: stop` asks. The run ends as failed. */
  readonly held: number;
  readonly journaled: JournaledMessages;
  /** Whether the run writes to the ledger what a journal here has, be it of messages that are gone by now. */
  readonly takesOver: boolean;
  /** Pushed once and removed from the manifest: forgotten, not called back. */
  readonly forgotten: number;
  /** Pushed under their id with another body, or rows of a data file that are no longer what was pushed. `up` refuses. */
  readonly edited: readonly EditedPlanMessage[];
  /** Why `up` would refuse it otherwise, in full sentences. */
  readonly refusals: readonly string[];
  /** What the queue must be like before the first message goes, in words. */
  readonly requires: readonly string[];
  readonly sample: readonly Sample[];
}

/** The problem that the run itself would end with. */
export function toEditCode({ id }: Pick<EditedPlanMessage, "id">): "MESSAGE_EDITED" | "DATA_FILE_EDITED" {
  return id === undefined ? "DATA_FILE_EDITED" : "MESSAGE_EDITED";
}

export interface EditedPlanMessage extends Pick<EditedMessage, "id" | "pushed"> {
  readonly location: SourceLocation;
  readonly messages: number;
  readonly present: string;
}

/** A message as a reviewer sees it: secrets by their names. */
export interface Sample {
  /** The message's id, or `#` and its number. */
  readonly label: string;
  readonly contentType: ContentType;
  readonly delaySeconds: number | null;
  /** The text, or the JSON of the body; its beginning. */
  readonly body: string;
  /** Whether the body goes on. */
  readonly cut: boolean;
}

export interface RemovedManifest {
  readonly name: string;
  readonly queue: string;
  readonly pushed: number;
  readonly inDoubt: number;
}

/** One of each name, with the sums of those that have it. */
export function mergeByName(each: readonly RemovedManifest[]): readonly RemovedManifest[] {
  const sums = new Map<string, RemovedManifest>();
  for (const { name, queue, pushed, inDoubt } of each) {
    const before = sums.get(name) ?? { name, queue, pushed: 0, inDoubt: 0 };
    sums.set(name, { ...before, pushed: before.pushed + pushed, inDoubt: before.inDoubt + inDoubt });
  }
  return [...sums.values()];
}

export interface QueuePlan {
  readonly name: string;
  /** null: `up` creates the queue first. "": only the program knows which queue it is. */
  readonly id: string | null;
  readonly push: PushSize;
  readonly seconds: number;
}

export const emptyPush: PushSize = { messages: 0, bytes: 0, requests: 0, operations: 0 };

export function addSizes(loads: readonly PushSize[]): PushSize {
  return loads.reduce(
    (sum, load) => ({
      messages: sum.messages + load.messages,
      bytes: sum.bytes + load.bytes,
      requests: sum.requests + load.requests,
      operations: sum.operations + load.operations,
    }),
    emptyPush,
  );
}

/** The queues that anything goes to, and those that the manifests name. */
export function planQueues(
  manifests: readonly ManifestPlan[],
  ids: ReadonlyMap<string, string | null>,
): readonly QueuePlan[] {
  return [...ids].map(([name, id]) => {
    const push = addSizes(manifests.filter(({ queue }) => queue === name).map((manifest) => manifest.push));
    return { name, id, push, seconds: tenths(minDurationSeconds([push])) };
  });
}

export function toTotal(queues: readonly QueuePlan[]): PushSize & Estimate {
  const load = addSizes(queues.map(({ push }) => push));
  const lifeOperations = load.operations * prices.operationsOfLife;
  return {
    ...load,
    seconds: tenths(minDurationSeconds(queues.map(({ push }) => push))),
    lifeOperations,
    usd: Number(estimateCost(lifeOperations).toFixed(8)),
  };
}

/** Up, so that what takes any time takes some. */
function tenths(seconds: number): number {
  return Math.ceil(seconds * 10) / 10;
}

/** What a manifest comes to, in one word. */
export type PlanVerdict = "refused" | "push" | "held" | "forget" | "nothing";

export function describeVerdict({
  edited,
  refusals,
  push,
  unresolved,
  held,
  forgotten,
  takesOver,
}: ManifestPlan): PlanVerdict {
  if (edited.length + refusals.length > 0) return "refused";
  if (push.messages > 0 || unresolved !== null) return "push";
  if (held > 0) return "held";
  return forgotten > 0 || takesOver ? "forget" : "nothing";
}

/** Whether `up` would do anything to queues or ledger. */
export function hasChanges({ manifests, removed, queueChanges }: Plan): boolean {
  return (
    removed.length + queueChanges.length > 0 || manifests.some((manifest) => describeVerdict(manifest) !== "nothing")
  );
}

/** Whether `up` would refuse: since what was pushed was edited, or for the address. */
export function isRefused({ manifests, address }: Plan): boolean {
  return address.refusal !== undefined || manifests.some((manifest) => describeVerdict(manifest) === "refused");
}
