/** So much a second, after a `burst`. Pure: the caller says what time it is. */
export interface Bucket {
  /** When this may be taken, in milliseconds since the epoch; not later than `now`: at once. */
  readyAt(now: number): number;
  take(amount: number, now: number): void;
}

/**
 * A bucket that is not empty gives any amount, and owes the rest: what follows waits the longer. So within T seconds it
 * gives at most `burst + T * perSecond` and one amount.
 */
export function createBucket({ perSecond, burst }: { perSecond: number; burst: number }): Bucket {
  let level = burst;
  let at = Number.NEGATIVE_INFINITY;
  const levelAt = (now: number) => Math.min(burst, level + (Math.max(0, now - at) * perSecond) / 1000);
  return {
    readyAt(now) {
      const missing = -levelAt(now);
      return missing < 0 ? now : now + Math.max(1, Math.ceil((missing * 1000) / perSecond));
    },
    take(amount, now) {
      level = levelAt(now) - amount;
      at = now;
    },
  };
}
