import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import { rateLimits } from "../limits.ts";

export interface RateLimits {
  /** Requests per window. */
  readonly requests: number;
  readonly windowSeconds: number;
  /** Seconds during which every request is refused after the window's are used up. */
  readonly blockSeconds: number;
  readonly requestsPerSecondPerAddress: number;
}

interface Window {
  /** Milliseconds since the epoch. */
  endsAt: number;
  used: number;
  blocked: boolean;
}

/** Counts requests by account and by IP address, as production does. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #seconds = new Map<string, Window>();
  #account: Window = { endsAt: 0, used: 0, blocked: false };

  constructor(clock: Clock, limits: Partial<RateLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...rateLimits, ...limits };
  }

  /**
   * Counts a request. Refused requests do not count, so they do not prolong a block.
   *
   * @throws ApiError 971 for the account's limit, 10429 for that of the IP address
   */
  take(address: string): void {
    const now = this.#clock.now();
    this.#takeSecond(address, now);
    const window = this.#current(now);
    if (!window.blocked && window.used < this.#limits.requests) {
      window.used += 1;
      return;
    }
    if (!window.blocked) {
      window.blocked = true;
      window.endsAt = now + this.#limits.blockSeconds * 1000;
    }
    throw new ApiError(971, { retryAfterSeconds: secondsUntil(window.endsAt, now) });
  }

  /** Returns the rate limit headers of every answer. */
  headers(): Record<string, string> {
    const now = this.#clock.now();
    const window = this.#current(now);
    const remaining = window.blocked ? 0 : this.#limits.requests - window.used;
    return {
      ratelimit: `"default";r=${remaining};t=${secondsUntil(window.endsAt, now)}`,
      "ratelimit-policy": `"burst";q=${this.#limits.requests};w=${this.#limits.windowSeconds}`,
    };
  }

  #current(now: number): Window {
    if (now >= this.#account.endsAt) {
      this.#account = { endsAt: now + this.#limits.windowSeconds * 1000, used: 0, blocked: false };
    }
    return this.#account;
  }

  #takeSecond(address: string, now: number): void {
    const second = this.#seconds.get(address);
    if (second === undefined || now >= second.endsAt) {
      this.#seconds.set(address, { endsAt: now + 1000, used: 1, blocked: false });
      return;
    }
    if (second.used >= this.#limits.requestsPerSecondPerAddress) throw new ApiError(10429);
    second.used += 1;
  }
}

function secondsUntil(time: number, now: number): number {
  return Math.max(1, Math.ceil((time - now) / 1000));
}
