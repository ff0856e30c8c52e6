import { workerConnections } from "../../cloudflare/index.ts";
import type { PushTransport } from "../../types.ts";
import type { TokenBucketRate } from "./token-bucket.ts";
import { type Quota, reservedShare } from "./window-quota.ts";

/**
 * The documented limits that are not part of the API's answers. Slightly below the actual limits, because evenly sent requests
 * arrive in bursts.
 *
 * Sources: https://developers.cloudflare.com/fundamentals/api/reference/limits/ (1,200 requests per 5 minutes and token, 200
 * per second and IP address), https://developers.cloudflare.com/queues/platform/limits/ (5,000 messages per second and queue)
 */
export const documentedLimits = {
  quota: { requests: 1_200, windowMs: 300_000 } satisfies Quota,
  requests: { perSecond: 190, burst: 5 },
  // The burst of 8 ms compensates for late timers; no more than 50 full batches start within any second.
  queueMessages: { perSecond: 4_900, burst: 40 },
  // At 300 ms of latency, 4,900 messages a second take 15 full batches at a time; smaller batches and slower answers take more.
  maxInFlight: 32,
} as const;

/** The limits that apply to requests of one transport. An absent one does not limit. */
export interface RateLimits {
  readonly quota?: Quota;
  readonly requests?: TokenBucketRate;
  readonly queueMessages: TokenBucketRate;
  /** Maximum requests in flight at once. */
  readonly maxInFlight: number;
}

/** A request to the producer Worker does not count against the API's limits; those of the queue remain. */
export const workerLimits: RateLimits = {
  queueMessages: documentedLimits.queueMessages,
  maxInFlight: workerConnections,
};

/** The messages to push to one queue. */
export interface QueuePushSize {
  readonly messages: number;
  readonly requests: number;
  /** Default: the REST API. */
  readonly transport?: PushTransport;
}

/**
 * Computes the minimum seconds from the first to the last request under the documented limits, if no other client uses the token
 * and the API answers at once. It applies the rules of the throttle in advance.
 */
export function minDurationSeconds(queues: readonly QueuePushSize[]): number {
  const { quota, requests: rate, queueMessages } = documentedLimits;
  const requests = queues.reduce((sum, queue) => sum + (queue.transport === "worker" ? 0 : queue.requests), 0);
  const perWindow = quota.requests - Math.floor(quota.requests * reservedShare);
  const full = Math.max(Math.ceil(requests / perWindow) - 1, 0);
  const account = full * (quota.windowMs / 1000) + (requests - full * perWindow) / rate.perSecond;
  return Math.max(account, ...queues.map(({ messages }) => messages / queueMessages.perSecond));
}
