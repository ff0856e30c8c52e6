import type { RateLimitHeaders } from "../cloudflare/index.ts";

/** Requests in a window of time, as the API counts them. */
export interface Quota {
  readonly requests: number;
  readonly windowMs: number;
}

/** The share of a quota that is left to others who use the same token: a dashboard, another pipeline, Pulumi itself. */
export const reservedShare = 0.1;

/** The API gives times in whole seconds, so a window's end is known to a second. */
const roundingMs = 1_000;

/** What one answer said, and when: `arrived` counts the requests that had been sent by then. */
interface QuotaObservation {
  remaining: number;
  readonly endsAt: number;
  readonly sentBefore: number;
}

/** A request that counts against the budget until it is answered. */
interface SentRequest {
  readonly number: number;
}

/** How many requests the API still takes, by its own account. Pure: the caller says what time it is. */
export interface RateLimitQuota {
  /** When the next request may go, in milliseconds of a clock that never jumps; not later than `now`: at once. */
  readyAt(now: number): number;
  sent(now: number): SentRequest;
  /** @param rate what the answer said; undefined: it was lost, so it may have been counted or not */
  answered(sent: SentRequest, rate: RateLimitHeaders | undefined, now: number): void;
  /** The request was not made after all, or never reached the API. */
  unused(sent: SentRequest): void;
  /** Nothing goes for so many milliseconds. */
  block(ms: number, now: number): void;
  isBlocked(now: number): boolean;
}

/**
 * Answers overtake each other, so no single one is the truth. Of those that are not surely outdated the lowest counts, and
 * every request under way counts as not yet included in it. That never overspends, and is exact once all are answered.
 *
 * @param assumed what holds until an answer says otherwise; undefined: no limit
 */
export function createRateLimitQuota(assumed: Quota | undefined): RateLimitQuota {
  let quota: number | undefined = assumed?.requests;
  let windowMs = assumed?.windowMs;
  let observations: QuotaObservation[] = [];
  let numbered = 0;
  let underWay = 0;
  let blockedUntil = Number.NEGATIVE_INFINITY;

  /** A window that is over gives way to a full one, until an answer tells more. */
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
      if (least - underWay - Math.floor(most * reservedShare) > 0) return now;
      return Math.max(...observations.map(({ endsAt }) => endsAt)) + roundingMs;
    },
    sent(now) {
      refresh(now);
      underWay += 1;
      return { number: numbered++ };
    },
    answered(sent, rate, now) {
      underWay -= 1;
      quota = rate?.quota ?? quota;
      windowMs = rate?.windowMs ?? windowMs;
      if (rate?.remaining === undefined) {
        for (const observation of observations) observation.remaining -= 1;
        return;
      }
      const endsAt = now + (rate.resetMs ?? windowMs ?? 0);
      // Sent after a fact was known: later than it, whatever it says.
      observations = observations.filter(({ sentBefore }) => sentBefore > sent.number);
      const newest = Math.max(endsAt, ...observations.map((observation) => observation.endsAt));
      const observation: QuotaObservation = { remaining: rate.remaining, endsAt, sentBefore: numbered };
      // A window that ends well before another one's end is the one before it.
      observations = [...observations, observation].filter((each) => each.endsAt > newest - 2 * roundingMs);
    },
    unused() {
      underWay -= 1;
    },
    block(ms, now) {
      blockedUntil = Math.max(blockedUntil, now + ms);
    },
    isBlocked: (now) => blockedUntil > now,
  };
}
