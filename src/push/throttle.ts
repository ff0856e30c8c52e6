import type { RateLimitHeaders } from "../cloudflare/index.ts";
import type { Clock } from "./clock.ts";
import { documentedLimits, type PaceLimits } from "./pace-limits.ts";
import { createRateLimitQuota } from "./rate-limit-quota.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";
import { type Wait, WaitTooLongError, waitTooLongFailure } from "./waits.ts";

/**
 * Requests that may be under way at once at the start of a run. Each answer adds one, up to the limit: the first answers say which
 * limits hold and whether requests are accepted at all, and what fails at the start leaves little in doubt.
 */
export const firstUnderWay = 4;

/** Decides when requests may be sent, in order of arrival among those that are allowed. One per process. */
export interface Throttle {
  /**
   * Waits for a request's turn. The permit must be returned with `done`.
   *
   * @throws the signal's reason if it is aborted meanwhile; WaitTooLong if its turn would come too late
   */
  acquire(request: { readonly queueId: string; readonly messages: number }, signal?: AbortSignal): Promise<Permit>;
  /** Returns what requests to a queue wait for, or undefined if only for their turn. */
  holdOf(queueId: string): Wait | undefined;
  /** The current state, for display. */
  readonly state: ThrottleState;
}

export interface Permit {
  /** Returns the permit; later calls have no effect. */
  done(result: RateFeedback): void;
}

export interface ThrottleState {
  readonly underWay: number;
  /** The number of requests that wait for their turn. */
  readonly waiting: number;
}

/** The result of a request, as far as the pace needs it. */
export type RateFeedback =
  /** It ended, answered or not, and later requests need not wait for that. */
  | { readonly kind: "ended"; readonly rate: RateLimitHeaders | undefined }
  /** The queue is overloaded: its requests wait, but not those to other queues. */
  | { readonly kind: "overloaded"; readonly rate: RateLimitHeaders; readonly waitMs: number }
  /** The account's limit is reached: everything waits. */
  | { readonly kind: "limited"; readonly rate: RateLimitHeaders; readonly waitMs: number }
  /** Nothing was sent. */
  | { readonly kind: "unused" };

export interface ThrottleOptions {
  readonly clock: Clock;
  /** Whether the documented limits apply from the first request on, or only once an answer contains limits. */
  readonly assume: "documented" | "nothing";
  /** Maximum milliseconds that a request waits for its turn. Default: no limit. */
  readonly maxWaitMs?: number;
  /** Default: those of the REST API. */
  readonly limits?: PaceLimits;
}

/** The reasons for waits that an answer caused. */
const reasons = {
  blocked: "the account's API rate limit is reached",
  window: "the API's requests in this window are used up, except for a tenth that is left to other clients",
  overloaded: "the queue is overloaded",
} as const;

interface Waiter {
  readonly queueId: string;
  readonly messages: number;
  /** When the wait began. */
  readonly since: number;
  readonly grant: (permit: Permit) => void;
  readonly refuse: (error: WaitTooLongError) => void;
}

interface QueueState {
  pausedUntil: number;
  readonly bucket: TokenBucket;
}

export function createThrottle({
  clock,
  assume,
  maxWaitMs = Number.POSITIVE_INFINITY,
  limits = documentedLimits,
}: ThrottleOptions): Throttle {
  const budget = createRateLimitQuota(assume === "documented" ? limits.quota : undefined);
  const requests = limits.requests && createTokenBucket(limits.requests);
  const queues = new Map<string, QueueState>();
  const waiters: Waiter[] = [];
  let limited = assume === "documented";
  let underWay = 0;
  let most = firstUnderWay;
  let alarm: { readonly at: number; readonly cancel: AbortController } | undefined;

  const queue = (id: string): QueueState => {
    const known = queues.get(id) ?? { pausedUntil: 0, bucket: createTokenBucket(limits.queueMessages) };
    queues.set(id, known);
    return known;
  };
  const queueReadyAt = (id: string, now: number) => {
    const { pausedUntil, bucket } = queue(id);
    return Math.max(pausedUntil, limited ? bucket.readyAt(now) : now);
  };

  const holdOf = (id: string, now: number): Wait | undefined => {
    const account = budget.readyAt(now);
    const { pausedUntil } = queue(id);
    if (Math.max(account, pausedUntil) <= now) return undefined;
    if (pausedUntil > account) return { reason: reasons.overloaded, until: pausedUntil };
    return { reason: budget.isBlocked(now) ? reasons.blocked : reasons.window, until: account };
  };

  /** Refuses waiters whose turn would come too late. */
  const refuse = () => {
    const now = clock.elapsed();
    for (const waiter of [...waiters]) {
      const hold = holdOf(waiter.queueId, now);
      if (hold === undefined || hold.until - waiter.since <= maxWaitMs) continue;
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.refuse(new WaitTooLongError(waitTooLongFailure(hold.reason, hold.until - now, maxWaitMs)));
    }
  };

  /** Grants permits to every eligible waiter, then sets a timer for the next one. */
  const grantWaiting = () => {
    refuse();
    while (waiters.length > 0 && underWay < most) {
      const now = clock.elapsed();
      const all = Math.max(budget.readyAt(now), limited ? (requests?.readyAt(now) ?? now) : now);
      if (all > now) return wakeAt(all);
      const times = new Map<string, number>();
      for (const { queueId } of waiters) if (!times.has(queueId)) times.set(queueId, queueReadyAt(queueId, now));
      const next = waiters.findIndex(({ queueId }) => (times.get(queueId) ?? now) <= now);
      const [waiter] = next < 0 ? [] : waiters.splice(next, 1);
      if (waiter === undefined) return wakeAt(Math.min(...times.values()));
      waiter.grant(permit(waiter, now));
    }
    if (waiters.length === 0) clearTimer();
  };

  const clearTimer = () => {
    alarm?.cancel.abort();
    alarm = undefined;
  };

  const wakeAt = (at: number) => {
    if (alarm !== undefined && alarm.at <= at && alarm.at > clock.elapsed()) return;
    clearTimer();
    const mine = { at, cancel: new AbortController() };
    alarm = mine;
    clock.sleep(at - clock.elapsed(), mine.cancel.signal).then(
      () => {
        if (alarm === mine) alarm = undefined;
        grantWaiting();
      },
      () => {},
    );
  };

  const permit = ({ queueId, messages }: Waiter, now: number): Permit => {
    const sent = budget.sent(now);
    if (limited) requests?.take(1, now);
    if (limited) queue(queueId).bucket.take(messages, now);
    underWay += 1;
    let open = true;
    return {
      done(result) {
        if (!open) return;
        open = false;
        learn(result, queueId, sent);
        underWay -= 1;
        grantWaiting();
      },
    };
  };

  const learn = (result: RateFeedback, queueId: string, sent: ReturnType<typeof budget.sent>) => {
    const now = clock.elapsed();
    if (result.kind === "unused") return budget.unused(sent);
    budget.answered(sent, result.rate, now);
    // An answer of the producer Worker has no limits, so an overloaded queue is the only sign of one.
    limited ||= result.rate?.remaining !== undefined || result.kind === "overloaded";
    if (result.rate !== undefined) most = Math.min(most + 1, limits.underWay);
    if (result.kind === "limited") budget.block(result.waitMs, now);
    if (result.kind === "overloaded") {
      const state = queue(queueId);
      state.pausedUntil = Math.max(state.pausedUntil, now + result.waitMs);
    }
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
    holdOf: (queueId) => holdOf(queueId, clock.elapsed()),
    get state() {
      return { underWay, waiting: waiters.length };
    },
  };
}
