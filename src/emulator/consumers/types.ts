/** What consumers of queues have in common, wherever they run. */

import type { Metrics, QueuedMessage } from "../broker/types.ts";

/** How a batch is put together. */
export interface Batching {
  readonly batchSize: number;
  /** How long a batch may wait to fill up. */
  readonly maxWaitTimeMs: number;
  /** Bytes of a batch; one message is always taken. */
  readonly maxBytes: number;
  /** Batches in the consumer's hands at once. */
  readonly maxConcurrency: number;
}

/** A message of a batch. */
export interface Delivered {
  /** The same at each delivery of the message. */
  readonly id: string;
  readonly message: QueuedMessage;
  /** Deliveries, this one included. */
  readonly attempts: number;
}

/** What a consumer made of a batch; a number is a place in it, and each place is named once. */
export interface Verdict {
  readonly acks: readonly number[];
  /** Seconds; undefined: the consumer's own delay. */
  readonly retries: readonly { readonly index: number; readonly delaySeconds: number | undefined }[];
}

/** Whoever takes batches. */
export interface Receiver {
  /** What has become of messages that it took, in a word. */
  readonly done: string;
  /** Whether someone is there to take a batch. */
  ready(): boolean;
  /** @throws Undelivered when nobody took the batch; other errors make each message a failed one */
  deliver(queue: string, batch: readonly Delivered[], metrics: Metrics): Promise<Verdict>;
  close(): Promise<void>;
}

/** Nobody took the batch: its messages stay in the queue as if they had not left it. */
export class Undelivered extends Error {}

/** Something that a consumer printed, or that is to be said about it. */
export interface ConsumerOutput {
  readonly queue: string;
  /** `log`, `warn`, `error` and so on, as the consumer's console names it. */
  readonly level: string;
  readonly text: string;
}

export type Print = (output: ConsumerOutput) => void;
