import type { QueueMetrics } from "../types.ts";

/**
 * How a caller may retry after a failure.
 *
 * - `no`: the API refused, and would refuse again until something is changed.
 * - `after_wait`: nothing was accepted; the same request may succeed later.
 * - `unknown_outcome`: the request may have been accepted. Sending it again may deliver its messages twice.
 * - `split`: the API refused the request because of its size; its halves may be accepted.
 * - `stop_queue`: the queue accepts no messages, and will not soon.
 */
export type RetryClass = "no" | "after_wait" | "unknown_outcome" | "split" | "stop_queue";

/** Why a call failed. The texts can be shown unchanged: they contain no credentials, bodies or control characters. */
export interface Failure {
  readonly retry: RetryClass;
  /** What happened, in a sentence. */
  readonly message: string;
  /** What to do about it, in a sentence. */
  readonly remedy: string;
  /** The HTTP status; undefined if no answer arrived. */
  readonly status: number | undefined;
  /** The API's error code; undefined if the answer had none. */
  readonly code: number | undefined;
  /** The API's documentation page about this error. */
  readonly documentationUrl: string | undefined;
}

/** The rate limit according to an answer's headers. Each field is undefined if the answer does not contain it. */
export interface RateLimitHeaders {
  /** Requests left in the current window. */
  readonly remaining: number | undefined;
  /** Milliseconds until the current window ends. */
  readonly resetMs: number | undefined;
  /** Requests allowed per window. */
  readonly quota: number | undefined;
  /** The length of a window in milliseconds. */
  readonly windowMs: number | undefined;
  /** The wait that the API requests, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** The outcome of a request that pushes messages. */
export type PushResult =
  | {
      /** The queue has the messages. */
      readonly kind: "accepted";
      /** undefined if the answer contained none. */
      readonly metrics: QueueMetrics | undefined;
      readonly rate: RateLimitHeaders;
      /**
       * The indices of the messages that the queue may have twice, if that is certain. Absent if the answer does not say, so that an
       * earlier lost answer leaves all of them in doubt.
       */
      readonly duplicates?: ReadonlySet<number>;
    }
  /** The API, or a proxy in front of it, refused: the queue has none of the messages. */
  | { readonly kind: "refused"; readonly failure: Failure; readonly rate: RateLimitHeaders }
  /** The request was sent, but its answer was lost or is unreadable: the queue may have the messages. */
  | { readonly kind: "unknown"; readonly failure: Failure; readonly rate: RateLimitHeaders }
  /** Nothing was sent: the queue has none of the messages. */
  | { readonly kind: "unsent"; readonly failure: Failure };

/** The outcome of a request that only reads. */
export type ReadResult<T> =
  | { readonly kind: "ok"; readonly value: T; readonly rate: RateLimitHeaders }
  | { readonly kind: "failed"; readonly failure: Failure };

/** The fields of a queue that queue-seeder uses, with the API's names. */
export interface QueueInfo {
  readonly queue_id: string;
  readonly queue_name: string;
  /** undefined if the answer does not contain it. */
  readonly consumers_total_count: number | undefined;
  readonly delivery_paused: boolean | undefined;
}
