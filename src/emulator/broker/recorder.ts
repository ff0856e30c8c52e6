import type { QueuedMessage, QueueRecord } from "./types.ts";

/** Observer: called on every change to a queue's messages. */
export interface BacklogRecorder {
  /** Called with a new message, or one whose attempts, lease or time changed. */
  put(message: QueuedMessage): void;
  /** Like `put` for each message; the messages are created only if the recorder calls the function. */
  putAll(messages: () => Iterable<QueuedMessage>): void;
  drop(seq: number): void;
  clear(): void;
}

/** Observer: called on every change to the queues. All changes are durable once `commit` has returned. */
export interface Recorder {
  /** Called with a new or reconfigured queue. */
  put(queue: QueueRecord): void;
  /** Called after a queue and its messages were deleted. */
  drop(queueId: string): void;
  backlog(queueId: string): BacklogRecorder;
  commit(): void;
}

/** A queue as a recorder saved it. */
export interface SavedQueue {
  readonly queue: QueueRecord;
  /** In order of arrival. */
  readonly messages: readonly QueuedMessage[];
  /** The `seq` of the next message; above those of removed messages too, so that no lease is mistaken for another. */
  readonly nextSeq: number;
}
