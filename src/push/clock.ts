import { setTimeout } from "node:timers/promises";

/** The source of time, injected so that tests do not have to wait. */
export interface Clock {
  /** Returns milliseconds since the epoch, for records. It may jump, even backwards, if the machine's clock is set. */
  now(): number;
  /** Returns milliseconds of a monotonic clock, for durations and deadlines. */
  elapsed(): number;
  /** Waits. @throws the signal's reason as soon as it is aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay of Node's timers, which fire at once for longer ones. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Math.floor(performance.now()),
  async sleep(ms, signal) {
    try {
      // The delay may be negative if its end passed during the calculation; Node would warn about it.
      await setTimeout(Math.min(Math.max(ms, 0), longestTimerMs), undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
