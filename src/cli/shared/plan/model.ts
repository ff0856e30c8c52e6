import type { StateUnavailable } from "../../../engine/read-state.ts";
import type { Unresolved } from "../../../lifecycle/state/segment.ts";
import type { EditedMessage } from "../../../plan/decide.ts";
import type { ContentType, InDoubtPolicy, PushMode, PushTransport, SourceLocation } from "../../../types.ts";
import type { PlanAddress } from "./address.ts";
import type { JournaledMessages } from "./decide-segment.ts";
import type { QueueChange } from "./queue-changes.ts";
import type { Review } from "./review.ts";

/** What `up` would do for a stack. Plain data, from which every output format is generated. */
export interface Plan {
  readonly stack: string;
  readonly project: string;
  readonly base: PlanBase;
  readonly address: PlanAddress;
  /** The producer Worker through which messages are pushed; null if every queue uses the REST API. */
  readonly worker: PlannedWorker | null;
  /** Whether Pulumi has run the program for the plan. */
  readonly program: Program;
  /** Digest of everything that the run would do; see `reviewDigest`. */
  readonly digest: string;
  /** The data that the digest is computed from. */
  readonly review: Review;
  readonly manifests: readonly ManifestPlan[];
  /** Manifests that were deployed and are no longer in the repository. */
  readonly removed: readonly RemovedManifest[];
  readonly queues: readonly QueuePlan[];
  /** Changes to the queues that the stack manages. */
  readonly queueChanges: readonly QueueChange[];
  readonly total: PushSize & Estimate;
}

/** The state that the plan compares the manifests with. */
export type PlanBase =
  | { readonly kind: "ledger" }
  /** The state is unavailable (`reason`: a clause): planned as if nothing had ever been pushed. */
  | { readonly kind: "nothing"; readonly code: StateUnavailable; readonly reason: string };

/**
 * The source of what the run deploys: Pulumi's preview, which runs the program, or only the files of the repository. In the
 * second case, the plan lacks everything that only the program defines.
 */
export type Program =
  | { readonly kind: "previewed" }
  /** `reason`: Pulumi's error, of one or more lines; null if no preview was requested. */
  | { readonly kind: "files"; readonly reason: string | null };

/** A producer Worker that the plan uses. */
export interface PlannedWorker {
  /** Its address; null if the run deploys it. */
  readonly url: string | null;
}

/** The size of a push. */
export interface PushSize {
  readonly messages: number;
  /** Total size of the bodies in bytes. */
  readonly bytes: number;
  readonly requests: number;
  /** Billed operations for writing the messages. */
  readonly operations: number;
}

export interface Estimate {
  /** Minimum time from the first request to the last, under the limits that Cloudflare documents. */
  readonly seconds: number;
  /** Billed operations over the messages' life: write, read and delete. */
  readonly lifeOperations: number;
  /** Cost in US$ if the operations included per month are used up. */
  readonly usd: number;
  /** Cost in US$ of the Worker and its ledger, in addition to `usd`, if what is included per month is used up. */
  readonly workerUsd: number;
}

export interface ManifestPlan {
  readonly name: string;
  readonly location: SourceLocation;
  readonly queue: string;
  readonly mode: PushMode;
  readonly inDoubtPolicy: InDoubtPolicy;
  readonly push: PushSize;
  /** Messages of the program that are only known during the run; null if there are none. */
  readonly unresolved: Unresolved | null;
  /** Key under which each body gets a stable id; null if bodies are not changed. */
  readonly dedupField: string | null;
  /** Number of messages of the manifest. */
  readonly messages: number;
  readonly pushedBefore: number;
  /** Number of messages to push that were already sent without an answer: they may arrive twice. */
  readonly inDoubt: number;
  /** Number of messages sent without an answer and not sent again because of `in_doubt: stop`. The run ends as failed. */
  readonly held: number;
  /** Labels of the messages in doubt, those of `inDoubt`, of `held` and of `journaled`. */
  readonly inDoubtMessages: readonly string[];
  readonly journaled: JournaledMessages;
  /** Whether the run adds entries of a local journal to the ledger, even if only for messages that were removed since. */
  readonly takesOver: boolean;
  /** Number of messages pushed and since removed from the manifest: dropped from the ledger, not recalled from the queue. */
  readonly forgotten: number;
  /** Messages or rows of a data file that were edited after they were pushed. `up` refuses them. */
  readonly edited: readonly EditedPlanMessage[];
  /** Other reasons why `up` would refuse the manifest, in full sentences. */
  readonly refusals: readonly string[];
  /** Conditions that the queue must meet before the first message is pushed, one phrase each. */
  readonly requires: readonly string[];
  readonly sample: readonly Sample[];
}

/** Returns the code of the problem that the run would end with. */
export function toEditCode({ id }: Pick<EditedPlanMessage, "id">): "MESSAGE_EDITED" | "DATA_FILE_EDITED" {
  return id === undefined ? "DATA_FILE_EDITED" : "MESSAGE_EDITED";
}

/** A message (with an id) or a block of rows (without) that was edited after it was pushed. */
export interface EditedPlanMessage extends Pick<EditedMessage, "id" | "pushed"> {
  readonly location: SourceLocation;
  /** Number of messages: 1, or the rows of the block. */
  readonly messages: number;
  /** Digest of the present content, or `missing` if rows were removed. */
  readonly present: string;
}

/** A message as shown to a reviewer, with the names of secrets instead of their values. */
export interface Sample {
  /** The message's id, or `#` and its number. */
  readonly label: string;
  readonly contentType: ContentType;
  readonly delaySeconds: number | null;
  /** The beginning of the body: of the text, or of the JSON. */
  readonly body: string;
  /** Whether the body is longer than shown. */
  readonly cut: boolean;
}

export interface RemovedManifest {
  readonly name: string;
  readonly queue: string;
  readonly pushed: number;
  readonly inDoubt: number;
}

export interface QueuePlan {
  readonly name: string;
  /** Queue id; null if `up` creates the queue first; "" if only the program can determine it. */
  readonly id: string | null;
  readonly transport: PushTransport;
  readonly push: PushSize;
  readonly seconds: number;
}

/** The plan for a manifest in one word. */
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

/** Whether `up` would change queues or the ledger. */
export function hasChanges({ manifests, removed, queueChanges }: Plan): boolean {
  return (
    removed.length + queueChanges.length > 0 || manifests.some((manifest) => describeVerdict(manifest) !== "nothing")
  );
}

/** Whether `up` would refuse the plan, because of a manifest or of the API's address. */
export function isRefused({ manifests, address }: Plan): boolean {
  return address.refusal !== undefined || manifests.some((manifest) => describeVerdict(manifest) === "refused");
}
