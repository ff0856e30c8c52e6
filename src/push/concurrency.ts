/** How many requests may be under way at once. */
export interface Concurrency {
  readonly limit: number;
  /**
   * A request was answered as usual.
   *
   * @param latencyMs how long it took
   * @param underWay requests at the time, this one included: without need there is no growth
   */
  answered(latencyMs: number, underWay: number): void;
  /** A request was lost or refused for load. One reduction serves all that failed together. */
  struggled(now: number): void;
}

const bounds = { least: 1, first: 4, most: 32 } as const;

/** The latency may be this much longer than without load before the limit shrinks. */
const tolerance = 1.5;

/** How much of a correction is made at each answer: single slow answers count little. */
const smoothing = 0.2;

/** The shortest latency is forgotten slowly, because the road to the API may change: by this factor an answer. */
const forgetting = 1.002;

/**
 * Finds the number of requests that keeps the API busy without queueing behind itself: as long as answers come about as
 * quickly as without load, it grows; when they take longer, it shrinks to where they do not.
 *
 * Source of the idea: https://github.com/Netflix/concurrency-limits (gradient)
 */
export function createConcurrency(): Concurrency {
  let limit: number = bounds.first;
  let shortest = Number.POSITIVE_INFINITY;
  let usual: number | undefined;
  let reducedAt = Number.NEGATIVE_INFINITY;
  const clamp = (value: number) => Math.min(bounds.most, Math.max(bounds.least, value));

  return {
    get limit() {
      return Math.floor(limit);
    },
    answered(latencyMs, underWay) {
      const latency = Math.max(latencyMs, 0.1);
      shortest = Math.min(shortest * forgetting, latency);
      usual = usual === undefined ? latency : usual + (latency - usual) * smoothing;
      const gradient = Math.min(1, Math.max(0.5, (tolerance * shortest) / usual));
      const aim = limit * gradient + Math.sqrt(limit);
      if (aim > limit && underWay < Math.floor(limit)) return;
      limit = clamp(limit + (aim - limit) * smoothing);
    },
    struggled(now) {
      if (now - reducedAt < (usual ?? 0)) return;
      reducedAt = now;
      limit = clamp(limit / 2);
    },
  };
}
