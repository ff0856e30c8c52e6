import type { Verdict } from "./types.ts";

/** What workerd says of a call of a Worker's queue handler (`FetchQueueResult` of its types). */
export interface HandlerResult {
  /** `ok`, or how the handler failed. */
  readonly outcome: string;
  readonly ackAll: boolean;
  readonly retryBatch: { readonly retry: boolean; readonly delaySeconds?: number };
  readonly explicitAcks: readonly string[];
  readonly retryMessages: readonly { readonly msgId: string; readonly delaySeconds?: number }[];
}

/**
 * What becomes of each message. What was said of a message goes before what was said of the batch, and that before how
 * the handler ended. So a message that was acknowledged stays so when the handler throws afterwards.
 *
 * Source: https://developers.cloudflare.com/queues/configuration/batching-retries/
 */
export function verdictOf(result: HandlerResult, ids: readonly string[]): Verdict {
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
