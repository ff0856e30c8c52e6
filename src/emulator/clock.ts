/** The emulator's source of time, injected so that tests can skip hours of delays and blocks of five minutes. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that only moves when `advance` is called. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
}

/** Creates a manual clock. @param start milliseconds since the epoch */
export function manualClock(start: number): ManualClock {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** The system's clock, with an adjustable speed and jumps ahead. It never moves back. */
export interface AdjustableClock extends ManualClock {
  /** Clock seconds per real second. */
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
