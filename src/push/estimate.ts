import { reservedShare } from "./budget.ts";
import { documented } from "./pace.ts";

/** What is to go to one queue. */
export interface QueueLoad {
  readonly messages: number;
  readonly requests: number;
}

/**
 * Seconds from the first request to the last one that the documented limits ask for, where nobody else uses the token and
 * the API answers at once: the pace's own rules, worked out beforehand.
 */
export function leastSeconds(queues: readonly QueueLoad[]): number {
  const { quota, requests: rate, queueMessages } = documented;
  const requests = queues.reduce((sum, queue) => sum + queue.requests, 0);
  if (requests === 0) return 0;
  const perWindow = quota.requests - Math.floor(quota.requests * reservedShare);
  const full = Math.ceil(requests / perWindow) - 1;
  const account = full * (quota.windowMs / 1000) + (requests - full * perWindow) / rate.perSecond;
  return Math.max(account, ...queues.map(({ messages }) => messages / queueMessages.perSecond));
}
