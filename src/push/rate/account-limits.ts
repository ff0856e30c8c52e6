import type { Wait } from "../waits.ts";
import { documentedLimits, type RateLimits } from "./documented-limits.ts";
import type { RateFeedback } from "./rate-feedback.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";
import { createWindowQuota, type WindowQuota } from "./window-quota.ts";

/** A request as its quota counts it. */
export type CountedRequest = ReturnType<WindowQuota["recordSent"]>;

/** What the limits of an account and its queues allow, and when. Pure: the caller passes the time, in milliseconds. */
export interface AccountLimits {
  /** Returns when the account allows the next request; at or before `now` means at once. */
  accountReadyAt(now: number): number;
  /** Returns when a queue allows the next request; at or before `now` means at once. */
  queueReadyAt(queueId: string, now: number): number;
  /** Returns the wait that an answer caused for the requests to a queue; undefined if there is none. */
  findWait(queueId: string, now: number): Wait | undefined;
  /** Counts a request against all limits. */
  count(queueId: string, messages: number, now: number): CountedRequest;
  /** Records how a counted request ended. */
  record(result: RateFeedback, queueId: string, request: CountedRequest, now: number): void;
}

/** The reasons for waits that an answer caused. */
const reasons = {
  blocked: "the account's API rate limit is reached",
  window: "the API's requests in this window are used up, except for a tenth that is reserved for other clients",
  overloaded: "the queue is overloaded",
} as const;

interface QueueLimits {
  pausedUntil: number;
  readonly bucket: TokenBucket;
}

/**
 * Creates the limits of an account.
 *
 * @param assume whether the documented limits apply from the first request on, or only once an answer contains limits
 */
export function createAccountLimits(
  assume: "documented" | "nothing",
  limits: RateLimits = documentedLimits,
): AccountLimits {
  const quota = createWindowQuota(assume === "documented" ? limits.quota : undefined);
  const requests = limits.requests && createTokenBucket(limits.requests);
  const queues = new Map<string, QueueLimits>();
  let limited = assume === "documented";

  const queue = (id: string): QueueLimits => {
    const known = queues.get(id) ?? { pausedUntil: 0, bucket: createTokenBucket(limits.queueMessages) };
    queues.set(id, known);
    return known;
  };

  return {
    accountReadyAt: (now) => Math.max(quota.readyAt(now), limited ? (requests?.readyAt(now) ?? now) : now),
    queueReadyAt(queueId, now) {
      const { pausedUntil, bucket } = queue(queueId);
      return Math.max(pausedUntil, limited ? bucket.readyAt(now) : now);
    },
    findWait(queueId, now) {
      const accountUntil = quota.readyAt(now);
      const { pausedUntil } = queue(queueId);
      if (Math.max(accountUntil, pausedUntil) <= now) return undefined;
      if (pausedUntil > accountUntil) return { reason: reasons.overloaded, until: pausedUntil };
      return { reason: quota.isBlocked(now) ? reasons.blocked : reasons.window, until: accountUntil };
    },
    count(queueId, messages, now) {
      const request = quota.recordSent(now);
      if (limited) requests?.take(1, now);
      if (limited) queue(queueId).bucket.take(messages, now);
      return request;
    },
    record(result, queueId, request, now) {
      if (result.kind === "unused") return quota.recordUnused(request);
      quota.recordAnswer(request, result.rate, now);
      // An answer of the producer Worker has no limits, so an overloaded queue is the only sign of one.
      limited ||= result.rate?.remaining !== undefined || result.kind === "overloaded";
      if (result.kind === "limited") quota.block(result.waitMs, now);
      if (result.kind === "overloaded") {
        const state = queue(queueId);
        state.pausedUntil = Math.max(state.pausedUntil, now + result.waitMs);
      }
    },
  };
}
