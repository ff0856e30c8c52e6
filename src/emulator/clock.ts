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

/** The system's clock, which can be made to run faster and to jump ahead. It never goes back. */
export interface AdjustableClock extends ManualClock {
  /** How many seconds pass in one real second. */
  readonly speed: number;
  setSpeed(speed: number): void;
}

export function adjustableClock(speed = 1, real: Clock = systemClock): AdjustableClock {
  let origin = { real: real.now(), own: real.now() };
  let factor = speed;
  const now = () => Math.floor(origin.own + (real.now() - origin.real) * factor);
  return {
    now,
    get speed() {
      return factor;
    },
    setSpeed: (faster) => {
      origin = { real: real.now(), own: now() };
      factor = faster;
    },
    advance: (milliseconds) => {
      origin = { real: real.now(), own: now() + milliseconds };
    },
  };
}
