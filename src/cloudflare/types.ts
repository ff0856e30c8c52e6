import type { QueueMetrics } from "../types.ts";

/**
 * What a caller may do after a failure.
 *
 * - `no`: the API refused, and would refuse again: somebody has to change something first.
 * - `after_wait`: nothing was accepted; the same request may succeed later.
 * - `unknown_fate`: the request may have been accepted. Sending it again may deliver its messages twice.
 * - `split`: the API refused the request for its size; its halves may pass.
 * - `stop_queue`: the queue takes nothing for now, and not soon.
 */
export type RetryClass = "no" | "after_wait" | "unknown_fate" | "split" | "stop_queue";

/** Why a call failed, in words that can be shown as they are: no credentials, no bodies, no control characters. */
export interface Failure {
  readonly retry: RetryClass;
  /** What happened, in a sentence. */
  readonly message: string;
  /** What to do about it, in a sentence. */
  readonly remedy: string;
  /** HTTP status; undefined: no answer came. */
  readonly status: number | undefined;
  /** The API's error code; undefined: the answer had none. */
  readonly code: number | undefined;
  /** The API's own page on this error. */
  readonly documentationUrl: string | undefined;
}

/** What an answer's headers say of the rate limit. Each is undefined where the answer does not say it. */
export interface RateLimitHeaders {
  /** Requests left in the present window. */
  readonly remaining: number | undefined;
  /** Milliseconds until the present window ends. */
  readonly resetMs: number | undefined;
  /** Requests that a window allows. */
  readonly quota: number | undefined;
  /** Length of a window in milliseconds. */
  readonly windowMs: number | undefined;
  /** How long the API asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** What became of one request that pushes messages. */
export type PushResult =
  /** The queue has the messages. `metrics` is undefined where the answer held none. */
  | { readonly kind: "accepted"; readonly metrics: QueueMetrics | undefined; readonly rate: RateLimitHeaders }
  /** The API, or a proxy before it, said no: the queue has none of the messages. */
  | { readonly kind: "refused"; readonly failure: Failure; readonly rate: RateLimitHeaders }
  /** The request left and its answer was lost or cannot be read: the queue may have the messages. */
  | { readonly kind: "unknown"; readonly failure: Failure; readonly rate: RateLimitHeaders }
  /** Nothing left this machine: the queue has none of the messages. */
  | { readonly kind: "unsent"; readonly failure: Failure };

/** What became of one request that only reads. */
export type ReadResult<T> =
  | { readonly kind: "ok"; readonly value: T; readonly rate: RateLimitHeaders }
  | { readonly kind: "failed"; readonly failure: Failure };

/** A queue as the API describes it: the part that the seeder looks at. Names unchanged. */
export interface QueueInfo {
  readonly queue_id: string;
  readonly queue_name: string;
  /** undefined: the answer did not say. */
  readonly consumers_total_count: number | undefined;
  readonly delivery_paused: boolean | undefined;
}
