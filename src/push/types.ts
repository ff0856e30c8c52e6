import type { Client, Failure } from "../cloudflare/index.ts";
import type { Batch, InDoubtPolicy, QueueMetrics, QueueRef } from "../types.ts";
import type { Clock } from "./clock.ts";
import type { StoppedQueues } from "./stopped-queues.ts";
import type { Throttle } from "./throttle.ts";
import type { Waits } from "./waits.ts";

/** One delivery: batches to one queue, in order. */
export interface PushRun {
  readonly target: QueueRef;
  /** Taken one by one as they can be sent, so that a long source never lies in memory as a whole. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  readonly inDoubt: InDoubtPolicy;
  readonly client: Pick<Client, "push">;
  /** One for the whole process: the API's limits are the token's, not a run's. */
  readonly throttle: Throttle;
  readonly clock: Clock;
  /** One for the whole process: what one run learned of a queue spares the next one the request. */
  readonly stoppedQueues?: StoppedQueues;
  /** Gets what the run waits for, for those who watch it. */
  readonly waits?: Waits;
  /** Milliseconds that a batch waits for its next request, from its first failure on. Default: as long as it takes. */
  readonly maxWaitMs?: number;
  /** Between 0 and 1, for the jitter of waits. Default: Math.random. */
  readonly random?: () => number;
  /** When aborted, no request starts any more; those that have left end by themselves. */
  readonly stop?: AbortSignal;
  /** When aborted, no request starts, and those under way are given up: their messages are in doubt. */
  readonly abort?: AbortSignal;
  /**
   * Called before each request, repeated ones included, and awaited: the place for the journal and for the question whether
   * the engine is still there. Calls may overlap; the requests keep their order. What it throws ends the run, and this
   * request is not made.
   */
  before?(batch: Batch): Promise<void>;
  /**
   * Called, and awaited, when the queue for certain has nothing of a batch that is to be sent again, or in halves: its
   * request was refused or never left, and so was every one before. What it throws ends the run.
   */
  onRefusal?(batch: Batch): Promise<void>;
  /** Called once for each outcome, and awaited; calls may overlap. What it throws ends the run. */
  onOutcome?(outcome: BatchOutcome): void | Promise<void>;
}

/** What became of a batch, or of the part of it that was sent on its own after the API refused the whole for its size. */
export type BatchOutcome =
  | {
      readonly state: "pushed";
      readonly batch: Batch;
      readonly metrics: QueueMetrics | undefined;
      /** Requests that it took. */
      readonly attempts: number;
      /** An earlier request's answer was lost, so the queue may have these messages twice. */
      readonly possibleDuplicate: boolean;
    }
  /** A request left and nobody knows whether the queue took it. */
  | { readonly state: "in_doubt"; readonly batch: Batch; readonly failure: Failure }
  /** The queue has none of it. "stopped": the run ended before its turn. */
  | { readonly state: "not_sent"; readonly batch: Batch; readonly failure: Failure | "stopped" };

/** Numbers of messages. */
export interface PushCounts {
  readonly pushed: number;
  readonly inDoubt: number;
  readonly notSent: number;
  /** Of those pushed. */
  readonly possibleDuplicates: number;
}

/** Accounts for every batch that the run has taken from its source. Of those it has not taken, nothing was sent. */
export interface PushReport {
  readonly messages: PushCounts;
  /** The outcomes other than "pushed", in the order in which they came. As many as were under way at the end. */
  readonly unsettled: readonly Exclude<BatchOutcome, { state: "pushed" }>[];
  /** What ended the run; undefined: it came to its end, or was stopped. */
  readonly failure: Failure | undefined;
  /** Where `failure` comes of an exception of `before`, `onOutcome`, the source or the client: that exception. */
  readonly exception: unknown;
  /** A signal ended the run before everything was pushed. */
  readonly stopped: boolean;
  /** As the API returned them last. */
  readonly metrics: QueueMetrics | undefined;
  /** When it did, in milliseconds of the wall clock. */
  readonly metricsAt: number | undefined;
  readonly requests: number;
  /** Of the requests. */
  readonly retries: number;
  /** Milliseconds of waiting before retries, of all batches together. */
  readonly waitedMs: number;
}
