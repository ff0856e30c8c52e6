import { findConcern, isAccountLimit, type PushResult, type RateLimitHeaders } from "../../cloudflare/index.ts";

/** The result of a request, as far as the throttle needs it. */
export type RateFeedback =
  /** It ended, answered or not, and later requests need not wait for that. */
  | { readonly kind: "ended"; readonly rate: RateLimitHeaders | undefined }
  /** The queue is overloaded: its requests wait, but not those to other queues. */
  | { readonly kind: "overloaded"; readonly rate: RateLimitHeaders; readonly waitMs: number }
  /** The account's limit is reached: everything waits. */
  | { readonly kind: "limited"; readonly rate: RateLimitHeaders; readonly waitMs: number }
  /** Nothing was sent. */
  | { readonly kind: "unused" };

export function toRateFeedback(result: PushResult, waitMs: number): RateFeedback {
  switch (result.kind) {
    case "accepted":
      return { kind: "ended", rate: result.rate };
    case "refused":
      if (isAccountLimit(result.failure)) return { kind: "limited", rate: result.rate, waitMs };
      if (findConcern(result.failure) === "queue_overload") return { kind: "overloaded", rate: result.rate, waitMs };
      return { kind: "ended", rate: result.rate };
    case "unknown":
      return { kind: "ended", rate: result.rate };
    case "unsent":
      return { kind: "unused" };
  }
}
