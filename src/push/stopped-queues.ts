import type { Failure } from "../cloudflare/index.ts";
import type { QueueRef } from "../types.ts";

/** The queues that accept no messages, so that further runs of this process need not try again. */
export interface StoppedQueues {
  /** Returns why nothing can be pushed to the queue, or undefined if no reason is recorded. */
  find(queue: QueueRef): Failure | undefined;
  /** Records a failure that applies to the whole queue, and ignores any other. */
  record(queue: QueueRef, failure: Failure): void;
}

/** Scoped to one process, i.e. one deployment: entries are never removed. */
export function createStoppedQueues(): StoppedQueues {
  const known = new Map<string, Failure>();
  const name = ({ accountId, queueId }: QueueRef) => `${accountId}/${queueId}`;
  return {
    find: (queue) => known.get(name(queue)),
    record(queue, failure) {
      if (failure.retry === "stop_queue" && !known.has(name(queue))) known.set(name(queue), failure);
    },
  };
}
