import type { MessageState, QueuedMessage } from "./types.ts";

/** How time affects messages. */
export interface Expiry {
  readonly retentionMs: number;
  /** Deliveries after the first; undefined without a consumer, so that no message runs out of retries. */
  readonly maxRetries: number | undefined;
}

/** Reports whether a message has used up its retries. The first delivery does not count as one. */
export function isSpent(message: QueuedMessage, expiry: Expiry): boolean {
  return expiry.maxRetries !== undefined && message.attempts > expiry.maxRetries;
}

/** Returns what keeps a message from being delivered, if anything. */
export function messageState(message: QueuedMessage, now: number): MessageState {
  if (message.leased) return "leased";
  return message.dueAt > now ? "delayed" : "ready";
}
