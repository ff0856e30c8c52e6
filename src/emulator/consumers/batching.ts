import type { QueuedMessage } from "../broker/types.ts";
import type { Batching } from "./types.ts";

export type Decision =
  | { readonly kind: "deliver"; readonly count: number }
  /** Check again at that time, in milliseconds since the epoch. */
  | { readonly kind: "wait"; readonly until: number }
  /** Check again after a change. */
  | { readonly kind: "idle" };

/**
 * Decides whether to deliver a batch: when it is full, or has waited long enough since its first message was ready.
 *
 * @param ready the oldest messages that are ready now, at most `batchSize`
 * @param nextDueAt when the next delay or lease ends, if any
 */
export function decide(
  ready: readonly QueuedMessage[],
  { batchSize, maxWaitTimeMs, maxBytes }: Batching,
  now: number,
  nextDueAt: number | undefined,
): Decision {
  if (ready.length === 0) return nextDueAt === undefined ? { kind: "idle" } : { kind: "wait", until: nextDueAt };
  const count = fitting(ready, maxBytes);
  const full = count === batchSize || count < ready.length;
  const since = Math.min(...ready.map(({ dueAt }) => dueAt));
  if (full || now >= since + maxWaitTimeMs) return { kind: "deliver", count };
  return { kind: "wait", until: Math.min(since + maxWaitTimeMs, nextDueAt ?? Number.POSITIVE_INFINITY) };
}

/** Returns how many of the first messages fit into a batch, at least one. */
function fitting(messages: readonly QueuedMessage[], maxBytes: number): number {
  let bytes = 0;
  const over = messages.findIndex((message) => {
    bytes += message.bytes;
    return bytes > maxBytes;
  });
  return over === -1 ? messages.length : Math.max(1, over);
}
