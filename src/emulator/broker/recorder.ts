import type { QueuedMessage, QueueRecord } from "./types.ts";

/** Told of each change to a queue's messages, as it happens. */
export interface BacklogRecorder {
  /** A message is new, or its attempts, lease or time have changed. */
  put(message: QueuedMessage): void;
  /** As `put` for each; they are made only where they are wanted. */
  putAll(messages: () => Iterable<QueuedMessage>): void;
  drop(seq: number): void;
  clear(): void;
}

/** Told of each change to the queues themselves. What it was told lasts once `commit` has returned. */
export interface Recorder {
  /** A queue is new or configured anew. */
  put(queue: QueueRecord): void;
  /** A queue is gone, and its messages with it. */
  drop(queueId: string): void;
  backlog(queueId: string): BacklogRecorder;
  commit(): void;
}

/** What a recorder kept of a queue. */
export interface SavedQueue {
  readonly queue: QueueRecord;
  /** In order of arrival. */
  readonly messages: readonly QueuedMessage[];
  /** Place of the next message; above those of messages that have gone, so that no lease is mistaken for another. */
  readonly nextSeq: number;
}
