import type { Failure } from "../cloudflare/index.ts";
import type { QueueRef } from "../types.ts";

/** What the process has learned of queues that take nothing, so that each further run need not ask again. */
export interface StoppedQueues {
  /** Why nothing can be pushed to the queue; undefined: nothing is known against it. */
  find(queue: QueueRef): Failure | undefined;
  /** Remembers a failure that holds for the whole queue; any other is left alone. */
  record(queue: QueueRef, failure: Failure): void;
}

/** For one process that makes one deployment: nothing is ever taken back. */
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
