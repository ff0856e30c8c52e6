import type { EncodedMessage, SourceLocation } from "../types.ts";

/** A message as it would be pushed, and where it is written. */
export interface RehearsedMessage {
  readonly manifest: string;
  /** Of the message in its manifest or data file. */
  readonly location: SourceLocation;
  /** Encoded once, as for the wire. */
  readonly encoded: EncodedMessage;
}

/** Settings of a consumer, with Cloudflare's defaults for what nobody set. */
export interface ConsumerSettings {
  /** Messages of a batch. */
  readonly maxBatchSize: number;
  /** Seconds that a batch may wait to fill up. */
  readonly maxBatchTimeout: number;
  /** Deliveries after the first. */
  readonly maxRetries: number;
  /** Seconds before a retried message is delivered again. */
  readonly retryDelay: number;
  /** undefined: a message that runs out of retries is deleted. */
  readonly deadLetterQueue: string | undefined;
}

/**
 * How one call of the queue handler ended.
 *
 * - `ok`: it returned.
 * - `exception`: it threw.
 * - `aborted`: the runtime ended it without an exception of its own: it exited, or waited for what never happens.
 * - `timed_out`: it was still running at the end of the time that it gets here.
 * - `crashed`: the runtime's process ended.
 */
export type HandlerOutcome = "ok" | "exception" | "aborted" | "timed_out" | "crashed";

export interface Exception {
  readonly name: string;
  readonly message: string;
  /** Lines of the stack, without the message; "" if there is none. */
  readonly stack: string;
}

/** What the consumer printed. */
export interface ConsoleLine {
  /** `log`, `warn`, `error` and so on. */
  readonly level: string;
  readonly text: string;
}

/** What one call of the handler left to see. */
export interface HandlerTrace {
  readonly outcome: HandlerOutcome;
  readonly exception: Exception | undefined;
  readonly console: readonly ConsoleLine[];
  /** Lines that were printed beyond those that are kept. */
  readonly omittedLines: number;
}

/** One call of the handler with a batch. */
export interface BatchTrace extends HandlerTrace {
  /** From 1, for each queue. */
  readonly number: number;
  /** Messages of the batch. What it printed cannot be attributed to one of several. */
  readonly size: number;
}

/** Who asked for a retry: the message (`message.retry()`), the batch (`batch.retryAll()`), or a handler that failed. */
export type RetryCause = "message" | "batch" | "failure";

/** One delivery of a message. */
export type Delivery = {
  /** From 1. */
  readonly attempt: number;
  /** Number of its {@link BatchTrace}. */
  readonly batch: number;
} & (
  | { readonly result: "acknowledged" }
  | {
      readonly result: "retried";
      readonly cause: RetryCause;
      /** Seconds until the next delivery; undefined: there is none, the message ran out of retries. */
      readonly delaySeconds: number | undefined;
    }
);

/**
 * The end of a message.
 *
 * - `dead_lettered`: it ran out of retries and moved to the dead letter queue.
 * - `deleted`: it ran out of retries, and there is no dead letter queue.
 * - `expired`: the queue's retention ended before its retries.
 * - `handed_over`: `wrangler dev` took it, and does not report what follows.
 * - `unfinished`: the rehearsal ended before the message did.
 */
export type MessageOutcome = "acknowledged" | "dead_lettered" | "deleted" | "expired" | "handed_over" | "unfinished";

/** A message alone in a batch, after a batch with several failed: so one sees which of them it was. */
export interface AloneTrace extends HandlerTrace {
  readonly result: "acknowledged" | "retried";
}

export interface MessageReport {
  readonly manifest: string;
  readonly label: string;
  readonly location: SourceLocation;
  readonly outcome: MessageOutcome;
  readonly deliveries: readonly Delivery[];
  /** undefined: it was not delivered alone, or was alone anyway. */
  readonly alone: AloneTrace | undefined;
}

/** What a consumer made of the messages of its queue. */
export interface QueueReport {
  /** As manifests name it. */
  readonly queue: string;
  /** The Worker's file as it was named, or `wrangler dev`. */
  readonly consumer: string;
  /** Path of the wrangler configuration; undefined: none was found. */
  readonly config: string | undefined;
  /** undefined: they are those of `wrangler dev`. */
  readonly settings: ConsumerSettings | undefined;
  /** What a reader has to know, a sentence each. */
  readonly notes: readonly string[];
  readonly messages: readonly MessageReport[];
  /** Those that printed something, or failed. */
  readonly batches: readonly BatchTrace[];
}

/** A rehearsal, as plain data out of which every format is made. */
export interface Rehearsal {
  readonly queues: readonly QueueReport[];
  /** Queues with messages and no consumer here. */
  readonly withoutConsumer: readonly { readonly queue: string; readonly messages: number }[];
  readonly ended: "finished" | "timed_out" | "interrupted";
}
