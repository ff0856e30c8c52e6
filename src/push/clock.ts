import { setTimeout } from "node:timers/promises";

/** The time, injected so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch, for what is written down. Whoever sets the machine's clock makes it jump, back too. */
  now(): number;
  /** Milliseconds since some moment, for how long things take and when they are due. It never jumps. */
  elapsed(): number;
  /** @throws the signal's reason, at once, when it is or gets aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node's timers fire at once for a longer delay. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Math.floor(performance.now()),
  async sleep(ms, signal) {
    try {
      // A moment that passed while its wait was worked out is less than nothing ahead, of which Node would warn.
      await setTimeout(Math.min(Math.max(ms, 0), longestTimerMs), undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
