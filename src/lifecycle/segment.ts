import type { PackedLedger } from "../plan/index.ts";
import type { InDoubtPolicy, Metrics, PushMode, QueueRef } from "../types.ts";

/**
 * What the program asks of one segment. It lies in the engine's state in plain text, so it never holds a body, a
 * credential or an absolute path. Its names are kept for ever: older states carry them.
 */
export interface SegmentInputs extends QueueRef {
  readonly stack: string;
  readonly project: string;
  /** Path from the provider's working directory (the folder of the program) to the repository, e.g. "..". */
  readonly root: string;
  /** The manifest's name. */
  readonly manifest: string;
  /** The manifest's file, relative to the repository, with forward slashes. */
  readonly file: string;
  /** The name by which the manifest knows the queue. */
  readonly queue: string;
  readonly mode: PushMode;
  readonly inDoubtPolicy: InDoubtPolicy;
  /** The messages come from a data file, of which nothing that was pushed may change. */
  readonly appendOnly: boolean;
  /** Digest of the whole manifest, see `manifestDigest`. */
  readonly digest: string;
  /** A line a message, see `packKeys`. */
  readonly keys: string;
  /** Messages in the segment. */
  readonly messages: number;
  /** Bytes of their bodies. */
  readonly bytes: number;
  /** URN of the segment's own resource, so that progress shows on its line. */
  readonly self: string;
}

/** What the engine's state keeps of a segment once it was pushed, in whole or in part. */
export interface SegmentOutputs extends SegmentInputs {
  readonly ledger: PackedLedger;
  /** Messages in the ledger. */
  readonly pushed: number;
  /** Messages that may be in the queue although nothing confirmed it. */
  readonly inDoubt: number;
  readonly lastPush: LastPush;
  /** As the API returned them last; absent when it never did, or when the queue is gone. */
  readonly metrics?: Metrics;
  /** When the API returned them, ISO 8601. */
  readonly metricsAt?: string;
}

/** The last run that pushed something for the segment. */
export interface LastPush {
  readonly pushed: number;
  readonly requests: number;
  /** Labels of messages that were sent more than once because an answer was lost: they may have arrived twice. */
  readonly maybeTwice: readonly string[];
  /** ISO 8601. */
  readonly at: string;
  /** The commit of the repository, where there is one. */
  readonly commit: string;
}
