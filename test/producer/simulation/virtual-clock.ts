import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../src/push/index.ts";

interface Timer {
  readonly at: number;
  /** Timers of the same time end in the order in which they began. */
  readonly order: number;
  readonly end: () => void;
  isCancelled: boolean;
}

/** A clock that jumps to the next timer as soon as nothing else is left to do. Only for code that waits for nothing but it. */
export class VirtualClock implements Clock {
  readonly #timers = new Heap();
  #elapsed = 0;
  #order = 0;

  now(): number {
    return 1_790_000_000_000 + this.elapsed();
  }

  elapsed(): number {
    return Math.floor(this.#elapsed);
  }

  /** Milliseconds since the start, with fractions. */
  get exact(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const cancel = () => {
        timer.isCancelled = true;
        reject(signal?.reason);
      };
      const end = () => {
        signal?.removeEventListener("abort", cancel);
        resolve();
      };
      const timer: Timer = { at: this.#elapsed + Math.max(ms, 0), order: this.#order++, end, isCancelled: false };
      signal?.addEventListener("abort", cancel, { once: true });
      this.#timers.push(timer);
    });
  }

  /** Lets time pass until a promise is settled. @throws Error if no timer is left, so that it never would be */
  async run<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await setImmediate();
      if (isSettled) return promise;
      let timer = this.#timers.pop();
      while (timer?.isCancelled) timer = this.#timers.pop();
      if (timer === undefined) throw new Error("nothing is left to wait for");
      this.#elapsed = timer.at;
      timer.end();
    }
  }
}

/** A binary heap of timers, the earliest first. */
class Heap {
  readonly #timers: Timer[] = [];

  push(timer: Timer): void {
    const timers = this.#timers;
    let at = timers.push(timer) - 1;
    for (let up = (at - 1) >> 1; at > 0 && isBefore(timer, timers[up]); up = (at - 1) >> 1) {
      timers[at] = timers[up] as Timer;
      at = up;
    }
    timers[at] = timer;
  }

  pop(): Timer | undefined {
    const timers = this.#timers;
    const [first] = timers;
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= timers.length) break;
      if (isBefore(timers[down + 1], timers[down])) down += 1;
      if (!isBefore(timers[down], last)) break;
      timers[at] = timers[down] as Timer;
      at = down;
    }
    timers[at] = last;
    return first;
  }
}

function isBefore(a: Timer | undefined, b: Timer | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
