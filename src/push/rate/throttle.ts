import type { Clock } from "../clock.ts";
import { type Wait, WaitTooLongError, waitTooLongFailure } from "../waits.ts";
import { createAccountLimits } from "./account-limits.ts";
import { documentedLimits, type RateLimits } from "./documented-limits.ts";
import type { RateFeedback } from "./rate-feedback.ts";

/**
 * Requests that may be in flight at once at the start of a run. Each answer adds one, up to the limit: the first answers show which
 * limits apply and whether requests are accepted at all, and a failure at the start leaves few messages in doubt.
 */
export const initialInFlight = 4;

/** Decides when requests may be sent, in order of arrival among those that are allowed. One per process. */
export interface Throttle {
  /**
   * Waits for a request's turn. The permit must be returned with `done`.
   *
   * @throws the signal's reason if it is aborted meanwhile; WaitTooLongError if its turn would come too late
   */
  acquire(request: { readonly queueId: string; readonly messages: number }, signal?: AbortSignal): Promise<Permit>;
  /** Returns the wait that an answer caused for requests to a queue; undefined if they wait only for their turn. */
  findWait(queueId: string): Wait | undefined;
  /** The current state, for display. */
  readonly state: ThrottleState;
}

export interface Permit {
  /** Returns the permit; later calls have no effect. */
  done(result: RateFeedback): void;
}

export interface ThrottleState {
  readonly inFlight: number;
  /** The number of requests that wait for their turn. */
  readonly waiting: number;
}

export interface ThrottleOptions {
  readonly clock: Clock;
  /** Whether the documented limits apply from the first request on, or only once an answer contains limits. */
  readonly assume: "documented" | "nothing";
  /** Maximum milliseconds that a request waits for its turn. Default: no limit. */
  readonly maxWaitMs?: number;
  /** Default: those of the REST API. */
  readonly limits?: RateLimits;
}

interface Waiter {
  readonly queueId: string;
  readonly messages: number;
  /** When the wait began. */
  readonly since: number;
  readonly grant: (permit: Permit) => void;
  readonly refuse: (error: WaitTooLongError) => void;
}

export function createThrottle({
  clock,
  assume,
  maxWaitMs = Number.POSITIVE_INFINITY,
  limits = documentedLimits,
}: ThrottleOptions): Throttle {
  const accountLimits = createAccountLimits(assume, limits);
  const waiters: Waiter[] = [];
  let inFlight = 0;
  let maxInFlight = initialInFlight;
  let timer: { readonly at: number; readonly cancel: AbortController } | undefined;

  /** Refuses waiters whose turn would come too late. */
  const refuseLate = () => {
    const now = clock.elapsed();
    for (const waiter of [...waiters]) {
      const wait = accountLimits.findWait(waiter.queueId, now);
      if (wait === undefined || wait.until - waiter.since <= maxWaitMs) continue;
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.refuse(new WaitTooLongError(waitTooLongFailure(wait.reason, wait.until - now, maxWaitMs)));
    }
  };

  /** Grants permits to every eligible waiter, then sets a timer for the next one. */
  const grantWaiting = () => {
    refuseLate();
    while (waiters.length > 0 && inFlight < maxInFlight) {
      const now = clock.elapsed();
      const accountReadyAt = accountLimits.accountReadyAt(now);
      if (accountReadyAt > now) return setTimer(accountReadyAt);
      const readyAt = new Map<string, number>();
      for (const { queueId } of waiters) {
        if (!readyAt.has(queueId)) readyAt.set(queueId, accountLimits.queueReadyAt(queueId, now));
      }
      const next = waiters.findIndex(({ queueId }) => (readyAt.get(queueId) ?? now) <= now);
      const [waiter] = next < 0 ? [] : waiters.splice(next, 1);
      if (waiter === undefined) return setTimer(Math.min(...readyAt.values()));
      waiter.grant(createPermit(waiter, now));
    }
    if (waiters.length === 0) clearTimer();
  };

  const clearTimer = () => {
    timer?.cancel.abort();
    timer = undefined;
  };

  const setTimer = (at: number) => {
    if (timer !== undefined && timer.at <= at && timer.at > clock.elapsed()) return;
    clearTimer();
    const mine = { at, cancel: new AbortController() };
    timer = mine;
    clock.sleep(at - clock.elapsed(), mine.cancel.signal).then(
      () => {
        if (timer === mine) timer = undefined;
        grantWaiting();
      },
      () => {},
    );
  };

  const createPermit = ({ queueId, messages }: Waiter, now: number): Permit => {
    const request = accountLimits.count(queueId, messages, now);
    inFlight += 1;
    let open = true;
    return {
      done(result) {
        if (!open) return;
        open = false;
        accountLimits.record(result, queueId, request, clock.elapsed());
        if (result.kind !== "unused" && result.rate !== undefined) {
          maxInFlight = Math.min(maxInFlight + 1, limits.maxInFlight);
        }
        inFlight -= 1;
        grantWaiting();
      },
    };
  };

  return {
    acquire({ queueId, messages }, signal) {
      return new Promise<Permit>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const cancel = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          if (waiters.length === 0) clearTimer();
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          queueId,
          messages,
          since: clock.elapsed(),
          grant: (granted) => {
            signal?.removeEventListener("abort", cancel);
            resolve(granted);
          },
          refuse: (error) => {
            signal?.removeEventListener("abort", cancel);
            reject(error);
          },
        };
        signal?.addEventListener("abort", cancel, { once: true });
        waiters.push(waiter);
        grantWaiting();
      });
    },
    findWait: (queueId) => accountLimits.findWait(queueId, clock.elapsed()),
    get state() {
      return { inFlight, waiting: waiters.length };
    },
  };
}
