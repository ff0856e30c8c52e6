import type { RateLimitHeaders } from "../../cloudflare/index.ts";

/** A number of requests per window of time, as the API counts them. */
export interface Quota {
  readonly requests: number;
  readonly windowMs: number;
}

/** The share of a quota that is reserved for other clients of the token: a dashboard, another pipeline, Pulumi itself. */
export const reservedShare = 0.1;

/** The API returns times in whole seconds, so a window's end is accurate to one second. */
const roundingMs = 1_000;

/** The content of one answer. `arrived` is the number of requests that had been sent when it arrived. */
interface QuotaObservation {
  remaining: number;
  readonly endsAt: number;
  readonly sentBefore: number;
}

/** A request that counts against the quota until it is answered. */
interface SentRequest {
  readonly number: number;
}

/** Tracks how many requests the API still accepts, according to its answers. Pure: the caller passes the time. */
export interface WindowQuota {
  /** Returns when the next request may be sent, in milliseconds of a monotonic clock; at or before `now` means at once. */
  readyAt(now: number): number;
  recordSent(now: number): SentRequest;
  /** Records an answer. @param rate its rate limit; undefined if it was lost, so that the request may or may not count */
  recordAnswer(sent: SentRequest, rate: RateLimitHeaders | undefined, now: number): void;
  /** Records that a request was not made, or never reached the API. */
  recordUnused(sent: SentRequest): void;
  /** Blocks all requests for a time in milliseconds. */
  block(ms: number, now: number): void;
  isBlocked(now: number): boolean;
}

/**
 * Creates a quota. Answers may arrive out of order, so no single one is reliable. The lowest value of all answers that may
 * still be current counts, and every request in flight is assumed not to be included in it. This never overspends, and is exact
 * once all requests are answered.
 *
 * @param assumed the quota until an answer contains one; undefined for no limit
 */
export function createWindowQuota(assumed: Quota | undefined): WindowQuota {
  let quota: number | undefined = assumed?.requests;
  let windowMs = assumed?.windowMs;
  let observations: QuotaObservation[] = [];
  let numbered = 0;
  let inFlight = 0;
  let blockedUntil = Number.NEGATIVE_INFINITY;

  /** Replaces an expired window with a full one, until an answer provides more. */
  const refresh = (now: number) => {
    const known = observations.length > 0;
    observations = observations.filter(({ endsAt }) => endsAt + roundingMs > now);
    if (observations.length > 0 || quota === undefined || windowMs === undefined) return;
    if (!known && assumed === undefined) return;
    observations = [{ remaining: quota, endsAt: now + windowMs, sentBefore: numbered }];
  };

  return {
    readyAt(now) {
      refresh(now);
      if (blockedUntil > now) return blockedUntil;
      if (observations.length === 0) return now;
      const least = Math.min(...observations.map(({ remaining }) => remaining));
      const most = quota ?? Math.max(...observations.map(({ remaining }) => remaining));
      if (least - inFlight - Math.floor(most * reservedShare) > 0) return now;
      return Math.max(...observations.map(({ endsAt }) => endsAt)) + roundingMs;
    },
    recordSent(now) {
      refresh(now);
      inFlight += 1;
      return { number: numbered++ };
    },
    recordAnswer(sent, rate, now) {
      inFlight -= 1;
      quota = rate?.quota ?? quota;
      windowMs = rate?.windowMs ?? windowMs;
      if (rate?.remaining === undefined) {
        for (const observation of observations) observation.remaining -= 1;
        return;
      }
      const endsAt = now + (rate.resetMs ?? windowMs ?? 0);
      // The request was sent after these facts arrived, so its answer is newer.
      observations = observations.filter(({ sentBefore }) => sentBefore > sent.number);
      const newest = Math.max(endsAt, ...observations.map((observation) => observation.endsAt));
      const observation: QuotaObservation = { remaining: rate.remaining, endsAt, sentBefore: numbered };
      // A window that ends well before another one is the previous one.
      observations = [...observations, observation].filter((each) => each.endsAt > newest - 2 * roundingMs);
    },
    recordUnused() {
      inFlight -= 1;
    },
    block(ms, now) {
      blockedUntil = Math.max(blockedUntil, now + ms);
    },
    isBlocked: (now) => blockedUntil > now,
  };
}
