import type { Client, Failure, PushResult } from "../cloudflare/index.ts";
import type { Batch, InDoubtPolicy, QueueMetrics, QueueRef } from "../types.ts";
import type { Clock } from "./clock.ts";
import type { Throttle } from "./rate/throttle.ts";
import type { StoppedQueues } from "./stopped-queues.ts";
import type { Waits } from "./waits.ts";

/** A delivery of batches to one queue, in order. */
export interface PushRun {
  readonly target: QueueRef;
  /** Read one by one as they can be sent, so that a long source is never in memory as a whole. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  readonly inDoubt: InDoubtPolicy;
  readonly client: Pick<Client, "push">;
  /** Shared by the whole process, because the API's limits apply to the token, not to a run. */
  readonly throttle: Throttle;
  readonly clock: Clock;
  /** Shared by the whole process, so that a later run need not try a queue that accepts nothing. */
  readonly stoppedQueues?: StoppedQueues;
  /** Records what the run waits for, for display. */
  readonly waits?: Waits;
  /** Maximum milliseconds that a batch waits for retries, from its first failure on. Default: no limit. */
  readonly maxWaitMs?: number;
  /** Returns a number from 0 to 1, for the jitter of waits. Default: Math.random. */
  readonly random?: () => number;
  /** When aborted, no further request starts; those in flight finish. */
  readonly stop?: AbortSignal;
  /** When aborted, no further request starts, and those in flight are cancelled: their messages are in doubt. */
  readonly abort?: AbortSignal;
  /**
   * Called before each request, including retries, and awaited: for the journal, and to check that Pulumi is still running. Calls
   * may overlap; the requests keep their order. An exception ends the run, and this request is not made.
   */
  before?(batch: Batch): Promise<void>;
  /**
   * Called and awaited before a retry or split if the queue certainly has no message of the batch: each of its requests was
   * refused or never sent. An exception ends the run.
   */
  onRefusal?(batch: Batch): Promise<void>;
  /** Called once for each outcome, and awaited; calls may overlap. An exception ends the run. */
  onOutcome?(outcome: BatchOutcome): void | Promise<void>;
}

/** The outcome of a batch, or of a part that was sent separately after the API refused the batch because of its size. */
export type BatchOutcome =
  | {
      readonly state: "pushed";
      readonly batch: Batch;
      readonly metrics: QueueMetrics | undefined;
      /** The number of requests that it took. */
      readonly attempts: number;
      /** Whether an earlier answer was lost, so that the queue may have these messages twice. */
      readonly possibleDuplicate: boolean;
      /** The indices of the messages that the queue may have twice, if the answer says so; see {@link PushResult}. */
      readonly duplicates?: ReadonlySet<number>;
    }
  /** A request was sent, and it is unknown whether the queue accepted it. */
  | {
      readonly state: "inDoubt";
      readonly batch: Batch;
      readonly failure: Failure;
      /** Whether several answers were lost, so that the queue may have these messages twice. */
      readonly possibleDuplicate: boolean;
    }
  /** The queue has none of its messages. "stopped" means that the run ended before its turn. */
  | { readonly state: "notSent"; readonly batch: Batch; readonly failure: Failure | "stopped" };

/** Numbers of messages. */
export interface PushCounts {
  readonly pushed: number;
  readonly inDoubt: number;
  readonly notSent: number;
  /** How many of the pushed messages may have arrived twice. */
  readonly possibleDuplicates: number;
}

/** Accounts for every batch that the run read from its source. Batches that it did not read were not sent. */
export interface PushReport {
  readonly messages: PushCounts;
  /** The outcomes other than "pushed", in order. At most as many as were in flight at the end. */
  readonly unpushed: readonly Exclude<BatchOutcome, { state: "pushed" }>[];
  /** The failure that ended the run; undefined if it finished or was stopped. */
  readonly failure: Failure | undefined;
  /** The exception of `before`, `onOutcome`, the source or the client that caused `failure`, if any. */
  readonly exception: unknown;
  /** Whether a signal ended the run before everything was pushed. */
  readonly stopped: boolean;
  /** The latest metrics from the API. */
  readonly metrics: QueueMetrics | undefined;
  /** When the API returned them, in milliseconds since the epoch. */
  readonly metricsAt: number | undefined;
  readonly requests: number;
  /** The number of retried requests. */
  readonly retries: number;
  /** Total milliseconds of waiting before retries, for all batches. */
  readonly waitedMs: number;
}
