import type { EncodedMessage, SourceLocation } from "../types.ts";

/** A message as it would be pushed, with its location. */
export interface RehearsedMessage {
  readonly manifest: string;
  /** Location of the message in its manifest or data file. */
  readonly location: SourceLocation;
  /** The message, encoded once as for the wire. */
  readonly encoded: EncodedMessage;
}

/** Settings of a consumer, with Cloudflare's defaults for missing ones. */
export interface ConsumerSettings {
  /** Maximum number of messages in a batch. */
  readonly maxBatchSize: number;
  /** Maximum seconds that a batch waits to fill up. */
  readonly maxBatchTimeout: number;
  /** Maximum number of deliveries after the first. */
  readonly maxRetries: number;
  /** Seconds before a retried message is delivered again. */
  readonly retryDelay: number;
  /** undefined if a message that runs out of retries is deleted. */
  readonly deadLetterQueue: string | undefined;
}

/**
 * How one call of the queue handler ended.
 *
 * - `ok`: it returned.
 * - `exception`: it threw.
 * - `aborted`: the runtime ended it without an exception: it exited, or waited for something that never happens.
 * - `timed_out`: it was still running at the rehearsal's time limit for a call.
 * - `crashed`: the process of the runtime ended.
 */
export type HandlerOutcome = "ok" | "exception" | "aborted" | "timed_out" | "crashed";

export interface Exception {
  readonly name: string;
  readonly message: string;
  /** Lines of the stack without the message; "" if there are none. */
  readonly stack: string;
}

/** A line of the consumer's console output. */
export interface ConsoleLine {
  /** `log`, `warn`, `error` and so on. */
  readonly level: string;
  readonly text: string;
}

/** The observable results of one call of the handler: its outcome, exception and output. */
export interface HandlerTrace {
  readonly outcome: HandlerOutcome;
  readonly exception: Exception | undefined;
  readonly console: readonly ConsoleLine[];
  /** Number of lines that were printed but not kept. */
  readonly omittedLines: number;
}

/** One call of the handler with a batch. */
export interface BatchTrace extends HandlerTrace {
  /** Number of the call for its queue, starting at 1. */
  readonly number: number;
  /** Number of messages in the batch. The output cannot be attributed to one of several messages. */
  readonly size: number;
}

/** What caused a retry: the message (`message.retry()`), the batch (`batch.retryAll()`), or a failed handler. */
export type RetryCause = "message" | "batch" | "failure";

/** One delivery of a message. */
export type Delivery = {
  /** Starts at 1. */
  readonly attempt: number;
  /** Number of its {@link BatchTrace}. */
  readonly batch: number;
} & (
  | { readonly result: "acknowledged" }
  | {
      readonly result: "retried";
      readonly cause: RetryCause;
      /** Seconds until the next delivery, undefined if the message ran out of retries. */
      readonly delaySeconds: number | undefined;
    }
);

/**
 * The final outcome of a message.
 *
 * - `acknowledged`: the consumer acknowledged it.
 * - `dead_lettered`: it ran out of retries and was moved to the dead letter queue.
 * - `deleted`: it ran out of retries, and there is no dead letter queue.
 * - `expired`: the retention period of the queue ended before its retries.
 * - `handed_over`: it was passed to `wrangler dev`, which does not report the result.
 * - `unfinished`: the rehearsal ended first.
 */
export type MessageOutcome = "acknowledged" | "dead_lettered" | "deleted" | "expired" | "handed_over" | "unfinished";

/** Trace of a message delivered alone, after a batch of several failed, which shows whether this message causes the failure. */
export interface IsolatedTrace extends HandlerTrace {
  readonly result: "acknowledged" | "retried";
}

export interface MessageReport {
  readonly manifest: string;
  readonly label: string;
  readonly location: SourceLocation;
  readonly outcome: MessageOutcome;
  readonly deliveries: readonly Delivery[];
  /** undefined if the message was not delivered alone again, for example because its batch had no other. */
  readonly isolated: IsolatedTrace | undefined;
}

/** Results of the messages of one queue. */
export interface QueueReport {
  /** Name of the queue in manifests. */
  readonly queue: string;
  /** File of the Worker as specified by the user, or `wrangler dev`. */
  readonly consumer: string;
  /** Path of the wrangler configuration, undefined if none was found. */
  readonly config: string | undefined;
  /** undefined if `wrangler dev` uses its own settings. */
  readonly settings: ConsumerSettings | undefined;
  /** Notes for the reader, one sentence each. */
  readonly notes: readonly string[];
  readonly messages: readonly MessageReport[];
  /** The batches that printed something or failed. */
  readonly batches: readonly BatchTrace[];
}

/** Results of a rehearsal, as plain data from which every output format is produced. */
export interface Rehearsal {
  readonly queues: readonly QueueReport[];
  /** Queues that have messages, but no consumer in this rehearsal. */
  readonly withoutConsumer: readonly { readonly queue: string; readonly messages: number }[];
  readonly ended: "finished" | "timed_out" | "interrupted";
}
