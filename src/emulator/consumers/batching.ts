import type { QueuedMessage } from "../broker/types.ts";
import type { Batching } from "./types.ts";

export type Decision =
  | { readonly kind: "deliver"; readonly count: number }
  /** Look again at that time, in milliseconds since the epoch. */
  | { readonly kind: "wait"; readonly until: number }
  /** Look again when something has changed. */
  | { readonly kind: "idle" };

/**
 * Whether a batch is full, or has waited long enough since its first message could be delivered.
 *
 * @param ready the oldest messages that could be delivered now, `batchSize` of them at most
 * @param nextDueAt when a delay or a lease ends next, as far as known
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

/** How many of the first messages fit together, one at least. */
function fitting(messages: readonly QueuedMessage[], maxBytes: number): number {
  let bytes = 0;
  const over = messages.findIndex((message) => {
    bytes += message.bytes;
    return bytes > maxBytes;
  });
  return over === -1 ? messages.length : Math.max(1, over);
}
