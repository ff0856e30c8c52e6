/** Where the emulator gets the time from: injected, so that hours of delays and five-minute blocks pass in a test at once. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that only moves when told to. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
}

/** @param start milliseconds since the epoch */
export function manualClock(start: number): ManualClock {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}
