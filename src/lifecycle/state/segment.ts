import type { EncodedLedger, Segment } from "../../plan/index.ts";
import type { ContentType, InDoubtPolicy, PushMode, QueueMetrics, QueueRef, QueueRequirements } from "../../types.ts";

/** A message that a program passes, instead of one from a file of the repository. */
export interface InlineMessage {
  readonly id?: string;
  /** The body to send, as JSON text. */
  readonly body: string;
  readonly contentType?: ContentType;
  readonly delaySeconds?: number;
}

/**
 * Inputs of one segment's resource. The Pulumi state stores them in plain text, so they never contain a body (except
 * `inlineMessages`), a credential or an absolute path. Property names must never change: older states contain them.
 */
export interface SegmentInputs extends QueueRef, Omit<Segment, "index"> {
  readonly stack: string;
  readonly project: string;
  /** Path from the provider's working directory (the program's folder) to the repository, for example "..". */
  readonly root: string;
  /** The manifest's name. */
  readonly manifest: string;
  /** Former names of the manifest's resource, absent if there are none. */
  readonly formerNames?: readonly string[];
  /** The manifest's file, relative to the repository, with forward slashes. */
  readonly file: string;
  /** Name of the queue in the manifest. */
  readonly queue: string;
  readonly mode: PushMode;
  readonly inDoubtPolicy: InDoubtPolicy;
  /** Requirements on the queue before the first push, absent if there are none. */
  readonly requires?: QueueRequirements;
  /** Number of the segment in the manifest, starting at 0. */
  readonly segment: number;
  /** Number of the shared delivery of the whole data file, absent if the segment decides by itself. */
  readonly deliveryNumber?: number;
  /** The producer Worker through which the messages are pushed; absent for the REST API. */
  readonly worker?: WorkerTarget;
  /** Distinguishes this deployment of the manifest from one after a removal; see `DeploymentsOutputs`. */
  readonly deployment: string;
  /**
   * The messages, if a program passes them; otherwise absent, and they are in `file`. By default their bodies are Pulumi secrets,
   * which the state encrypts in this property only, so no other property may contain a body.
   */
  readonly inlineMessages?: readonly InlineMessage[];
  /** Values of {@link inlineMessages} that a preview cannot know yet; absent in a run. */
  readonly unresolved?: Unresolved;
  /** URN of the segment's own resource, so that Pulumi displays progress on its line. Pulumi reserves the name `urn`. */
  readonly resourceUrn: string;
}

/** A producer Worker. Nothing in it is secret. */
export interface WorkerTarget {
  /** Its address, without a slash at its end; "" if it has none. */
  readonly url: string;
  /** The name from which its key is derived. */
  readonly name: string;
  /** The name of the segment's queue in the account; absent if the REST API has to be asked for it. */
  readonly queue?: string;
  /** The digest of the code that it must run; absent if it was deployed by hand. */
  readonly code?: string;
  /** The names of the queues that it must be able to push to; absent if it was deployed by hand. */
  readonly queues?: readonly string[];
}

/** Messages of a program with values that are only known during the run. */
export interface Unresolved {
  readonly messages: number;
  /** Whether even their number is unknown. */
  readonly countUnknown: boolean;
}

/** The content of a segment at its last push. The ledger has the keys of messages; a copy would only enlarge the state. */
export type RecordedContent = { readonly kind: "messages" } | Extract<SegmentInputs["content"], { kind: "rows" }>;

/** The messages pushed to one queue. */
export interface QueueLedger extends QueueRef {
  readonly content: RecordedContent;
  readonly ledger: EncodedLedger;
  /**
   * Ids of the last runs that changed the ledger and of the journals they took over, latest first. They show which journals the
   * state includes.
   */
  readonly runs: readonly string[];
  /** Identifies the messages in the Worker's ledger; absent if none were pushed through a Worker. */
  readonly workerLedger?: WorkerLedgerRecord;
}

/** Identifies the ledger in which the producer Worker has noted messages. */
export interface WorkerLedgerRef {
  /** A part of each message's key; see `resolveGeneration`. */
  readonly generation: string;
  /** The id of the Worker's ledger that has noted every message in doubt; absent if nothing may be concluded from any. */
  readonly ledger?: string;
}

/** Connects the ledger in the Pulumi state with the one of the producer Worker. */
export interface WorkerLedgerRecord extends WorkerLedgerRef {
  /** The ledger that has noted the messages in doubt, if a removed message began a new generation while they were in doubt. */
  readonly doubts?: WorkerLedgerRef;
}

/** The inputs that outputs leave out, since nothing reads those of the last run: Pulumi stores the inputs, too. */
export const ownInputs = {
  stack: true,
  project: true,
  file: true,
  formerNames: true,
  inDoubtPolicy: true,
  requires: true,
  messages: true,
  bytes: true,
  digest: true,
  worker: true,
  inlineMessages: true,
  unresolved: true,
} as const satisfies Partial<Readonly<Record<keyof SegmentInputs, true>>>;

/** Incremented when the meaning of an existing key of {@link SegmentOutputs} changes. */
export const outputsVersion = 1;

/**
 * What the Pulumi state stores of a segment after a complete or partial push. The ledger belongs to the current queue. What is empty
 * is absent.
 */
export interface SegmentOutputs extends Omit<SegmentInputs, "content" | keyof typeof ownInputs>, QueueLedger {
  /** The version of the format; see {@link outputsVersion}. */
  readonly version: number;
  /** Distinguishes this resource's ledgers from those of an earlier or concurrent resource. Random. */
  readonly lineage: string;
  /** The ledgers of queues that the segment was pushed to before, latest first; absent if there are none. */
  readonly elsewhere?: readonly QueueLedger[];
  /** Number of pushed messages in the ledger. */
  readonly pushed: number;
  /** Number of messages that may be in the queue, but were never confirmed. */
  readonly inDoubt: number;
  /** Labels of all messages in doubt: ids, numbers from 1 such as `#5`, rows with ids such as `#5 (order-5) to #9 (order-9)`. */
  readonly inDoubtMessages?: readonly string[];
  readonly lastPush: LastPush;
  /** Latest metrics from the API; absent if there were none or if the queue no longer exists. */
  readonly metrics?: QueueMetrics;
  /** When the API returned the metrics, ISO 8601. */
  readonly metricsAt?: string;
}

/** The last run that pushed something for the segment. */
export interface LastPush {
  /** Number of messages that the run pushed. */
  readonly pushed: number;
  /** Number of requests that the run sent for them, repeated ones included. */
  readonly requests: number;
  /**
   * Messages that were sent more than once because a response was lost, so they may have arrived twice. Labels as in
   * `inDoubtMessages`.
   */
  readonly possibleDuplicates?: readonly string[];
  /** When the run began, ISO 8601: the same for all segments of a run, and different for each run. */
  readonly at: string;
  /** The commit of the repository; absent if there is none. */
  readonly commit?: string;
  /** The deployer; absent if it is unknown or must not be recorded, and in older states. */
  readonly by?: string;
  /** Digest of the plan; absent if `queue-seeder up` did not make one. */
  readonly plan?: string;
}
