/** So much a second, and a burst before. Pure: the caller says what time it is. */
export interface TokenBucket {
  /** When something may be taken, in milliseconds of a clock that never jumps; not later than `now`: at once. */
  readyAt(now: number): number;
  take(amount: number, now: number): void;
}

/**
 * Whoever may take, takes any amount; what follows waits until it is earned, less the burst. So within T seconds no more
 * is taken than `burst + T * perSecond` and one amount. (The generic cell rate algorithm.)
 */
export function createTokenBucket({ perSecond, burst }: { perSecond: number; burst: number }): TokenBucket {
  const earnedIn = (amount: number) => (amount * 1000) / perSecond;
  let earnedAt = Number.NEGATIVE_INFINITY;
  return {
    readyAt: (now) => Math.max(now, Math.ceil(earnedAt - earnedIn(burst))),
    take(amount, now) {
      earnedAt = Math.max(earnedAt, now) + earnedIn(amount);
    },
  };
}
