/** The types that all kinds of consumers share. */

import type { Metrics, QueuedMessage } from "../broker/types.ts";

/** The rules for forming batches. */
export interface Batching {
  readonly batchSize: number;
  /** Milliseconds that a batch may wait to fill up. */
  readonly maxWaitTimeMs: number;
  /** Maximum bytes of a batch; it always contains at least one message. */
  readonly maxBytes: number;
  /** Concurrent batches. */
  readonly maxConcurrency: number;
}

/** A message of a batch. */
export interface DeliveredMessage {
  /** The same at each delivery of the message. */
  readonly id: string;
  readonly message: QueuedMessage;
  /** The number of deliveries, including this one. */
  readonly attempts: number;
}

/** A consumer's decision about a batch; messages are given by their index, each exactly once. */
export interface BatchResult {
  readonly acks: readonly number[];
  /** `delaySeconds` is undefined for the consumer's own delay. */
  readonly retries: readonly { readonly index: number; readonly delaySeconds: number | undefined }[];
}

/** A consumer that batches are delivered to. */
export interface Receiver {
  /** A past participle for accepted messages, such as "acknowledged". */
  readonly done: string;
  /** Reports whether the consumer can receive a batch. */
  ready(): boolean;
  /** Delivers a batch. @throws UndeliveredError if the consumer did not receive it; any other error fails each message */
  deliver(queue: string, batch: readonly DeliveredMessage[], metrics: Metrics): Promise<BatchResult>;
  close(): Promise<void>;
}

/** Thrown if no consumer received the batch: its messages stay in the queue as if they had not been delivered. */
export class UndeliveredError extends Error {
  override name = "UndeliveredError";
}

/** A line of output of a consumer, or a message about it. */
export interface ConsumerOutput {
  readonly queue: string;
  /** The console method of the consumer, such as `log`, `warn` or `error`. */
  readonly level: string;
  readonly text: string;
}

export type Print = (output: ConsumerOutput) => void;
