import type { PackedLedger, Segment } from "../../plan/index.ts";
import type { ContentType, InDoubtPolicy, PushMode, QueueMetrics, QueueRef, QueueRequirements } from "../../types.ts";

/** A message that a program gives, instead of a file of the repository. */
export interface InlineMessage {
  readonly id?: string;
  /** JSON of the body, as it is to be sent. */
  readonly body: string;
  readonly contentType?: ContentType;
  readonly delaySeconds?: number;
}

/**
 * What the program asks of one segment. It lies in the engine's state in plain text, so it never holds a body
 * (but for `inlineMessages`), a credential or an absolute path. Its names are kept for ever: older states carry them.
 */
export interface SegmentInputs extends QueueRef, Omit<Segment, "index"> {
  readonly stack: string;
  readonly project: string;
  /** Path from the provider's working directory (the folder of the program) to the repository, e.g. "..". */
  readonly root: string;
  /** The manifest's name. */
  readonly manifest: string;
  /** Names that the manifest's resource had before; absent: none. */
  readonly formerNames?: readonly string[];
  /** The manifest's file, relative to the repository, with forward slashes. */
  readonly file: string;
  /** The name by which the manifest knows the queue. */
  readonly queue: string;
  readonly mode: PushMode;
  readonly inDoubtPolicy: InDoubtPolicy;
  /** What the queue must be like before the first push; absent: anything. */
  readonly requires?: QueueRequirements;
  /** Number of the segment in the manifest, from 0. */
  readonly segment: number;
  /** The delivery of the whole data file that the segment is to have its turn in; absent: it decides by itself. */
  readonly deliveryNumber?: number;
  /** What tells this deployment of the manifest from one after it was removed; see `DeploymentsOutputs`. */
  readonly deployment: string;
  /**
   * The messages themselves, where a program gives them; absent: they are in `file`. Their bodies are secret for the engine,
   * which encrypts them in its state under this name and no other: so nothing else may hold one.
   */
  readonly inlineMessages?: readonly InlineMessage[];
  /** What a preview does not know yet of {@link inlineMessages}; absent in a run, which knows everything. */
  readonly unresolved?: Unresolved;
  /** URN of the segment's own resource, so that progress shows on its line. Pulumi has `urn` for itself. */
  readonly resourceUrn: string;
}

/** Messages of a program of which something is only known once the run has made it. */
export interface Unresolved {
  readonly messages: number;
  /** Whether not even their number is known. */
  readonly countUnknown: boolean;
}

/** What was pushed to a queue. */
export interface QueueLedger extends QueueRef, Pick<SegmentInputs, "content"> {
  readonly ledger: PackedLedger;
  /**
   * Ids of the last runs that changed the ledger, and of journals that these took over, the latest first. So the state itself
   * says which journals it holds.
   */
  readonly runs: readonly string[];
}

/** What the engine's state keeps of a segment once it was pushed, in whole or in part. The ledger is its present queue's. */
export interface SegmentOutputs extends SegmentInputs, QueueLedger {
  /** What tells this resource's ledgers from those of a resource before or beside it. Random. */
  readonly lineage: string;
  /** The ledgers of queues that the segment went to before, the latest first. */
  readonly elsewhere: readonly QueueLedger[];
  /** Messages in the ledger. */
  readonly pushed: number;
  /** Messages that may be in the queue although nothing confirmed it. */
  readonly inDoubt: number;
  /** All of these, by their ids, or their numbers from 1 as `#5` or `#5 to #9`. */
  readonly inDoubtMessages: readonly string[];
  readonly lastPush: LastPush;
  /** As the API returned them last; absent when it never did, or when the queue is gone. */
  readonly metrics?: QueueMetrics;
  /** When the API returned them, ISO 8601. */
  readonly metricsAt?: string;
}

/** The last run that pushed something for the segment. */
export interface LastPush {
  readonly pushed: number;
  readonly requests: number;
  /**
   * Messages that were sent more than once because an answer was lost, so that they may have arrived twice: their ids, or
   * numbers from 1 as `#5` or `#5 to #9`.
   */
  readonly possibleDuplicates: readonly string[];
  /** When the run began, ISO 8601: the same for all segments of a run, and another one for each run. */
  readonly at: string;
  /** The commit of the repository, where there is one. */
  readonly commit: string;
  /** Who deployed; absent where nobody is to be named, and in older states. */
  readonly by?: string;
  /** Digest of the plan that was reviewed or made before; absent where `queue-seeder up` did not make one. */
  readonly plan?: string;
}
