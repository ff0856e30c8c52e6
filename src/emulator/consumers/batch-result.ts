import type { BatchResult } from "./types.ts";

/** The result of a call to a Worker's queue handler (`FetchQueueResult` in workerd's types). */
export interface HandlerResult {
  /** `ok`, or the kind of failure. */
  readonly outcome: string;
  readonly ackAll: boolean;
  readonly retryBatch: { readonly retry: boolean; readonly delaySeconds?: number };
  readonly explicitAcks: readonly string[];
  readonly retryMessages: readonly { readonly msgId: string; readonly delaySeconds?: number }[];
}

/**
 * Determines the outcome of each message. A decision about a message takes precedence over one about the batch, and that over
 * the outcome of the handler. So a message stays acknowledged if the handler throws afterwards.
 *
 * Source: https://developers.cloudflare.com/queues/configuration/batching-retries/
 */
export function toBatchResult(result: HandlerResult, ids: readonly string[]): BatchResult {
  const acked = new Set(result.explicitAcks);
  const retried = new Map(result.retryMessages.map(({ msgId, delaySeconds }) => [msgId, delaySeconds]));
  const allRetried = result.retryBatch.retry || (result.outcome !== "ok" && !result.ackAll);
  const acks: number[] = [];
  const retries: { index: number; delaySeconds: number | undefined }[] = [];
  ids.forEach((id, index) => {
    if (acked.has(id)) acks.push(index);
    else if (retried.has(id)) retries.push({ index, delaySeconds: retried.get(id) });
    else if (allRetried) retries.push({ index, delaySeconds: result.retryBatch.delaySeconds });
    else acks.push(index);
  });
  return { acks, retries };
}
