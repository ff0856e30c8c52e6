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

/** Answers from which one mean is made. Single answers say little: their latencies differ several times over. */
const sample = 16;

/** What is taken for the mean until there is one, in milliseconds. */
const usualMs = 100;

/** A mean may be this much longer than the shortest one before the limit shrinks. */
const tolerance = 2;

/** The shortest mean is forgotten slowly, by this factor a sample, because the road to the API may change. */
const forgetting = 1.002;

/**
 * Finds the number of requests that keeps the API busy without queueing behind itself: as long as answers come about as
 * quickly as they ever did, it grows; when they take longer, it shrinks to where they do not.
 *
 * Source of the idea: https://github.com/Netflix/concurrency-limits (gradient)
 */
export function createConcurrency(): Concurrency {
  let limit: number = bounds.first;
  let shortest = Number.POSITIVE_INFINITY;
  let mean = usualMs;
  let answers = { count: 0, totalMs: 0, mostUnderWay: 0 };
  let reducedAt = Number.NEGATIVE_INFINITY;
  const set = (value: number) => {
    limit = Math.min(bounds.most, Math.max(bounds.least, value));
    answers = { count: 0, totalMs: 0, mostUnderWay: 0 };
  };

  return {
    get limit() {
      return Math.floor(limit);
    },
    answered(latencyMs, underWay) {
      answers.count += 1;
      answers.totalMs += latencyMs;
      answers.mostUnderWay = Math.max(answers.mostUnderWay, underWay);
      if (answers.count < sample) return;
      mean = Math.max(answers.totalMs / answers.count, 0.1);
      shortest = Math.min(shortest * forgetting, mean);
      const gradient = Math.min(1, (tolerance * shortest) / mean);
      const aim = limit * gradient + Math.sqrt(limit);
      const needed = aim < limit || answers.mostUnderWay >= Math.floor(limit);
      set(needed ? aim : limit);
    },
    struggled(now) {
      if (now - reducedAt < mean) return;
      reducedAt = now;
      set(limit / 2);
    },
  };
}
