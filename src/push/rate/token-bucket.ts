export interface TokenBucketRate {
  readonly perSecond: number;
  /** The amount that may be taken at once after a pause. */
  readonly burst: number;
}

/** A token bucket with a rate and a burst. Pure: the caller passes the time. */
export interface TokenBucket {
  /** Returns when something may be taken, in milliseconds of a monotonic clock; at or before `now` means at once. */
  readyAt(now: number): number;
  take(amount: number, now: number): void;
}

/**
 * Creates a token bucket (generic cell rate algorithm). A take may overdraw the bucket; later takes wait until the debt is paid
 * back. So within T seconds at most `burst + T * perSecond` is taken, plus one amount.
 */
export function createTokenBucket({ perSecond, burst }: TokenBucketRate): TokenBucket {
  const earnedIn = (amount: number) => (amount * 1000) / perSecond;
  let earnedAt = Number.NEGATIVE_INFINITY;
  return {
    readyAt: (now) => Math.max(now, Math.ceil(earnedAt - earnedIn(burst))),
    take(amount, now) {
      earnedAt = Math.max(earnedAt, now) + earnedIn(amount);
    },
  };
}
