import type { QueueMetrics } from "../types.ts";
import type { wireVersion } from "./wire.ts";

/** The fields of every answer of a ledger. */
interface LedgerAnswer {
  readonly version: typeof wireVersion;
  /**
   * The ledger's epoch: a random text that is created with the ledger. If it differs from that of an earlier answer, the
   * ledger was lost or replaced, and the absence of a message in it proves nothing.
   */
  readonly ledger: string;
}

/**
 * The outcome of a push, status 200. Lists contain keys of the request in its order.
 *
 * - `accepted`: the queue has every message of the request. `in_doubt` is empty.
 * - `refused`: the queue refused the messages that this request sent: it has none of them. `code` is the queue's error code,
 *   with the meaning that it has in the REST API; null if the ledger could not note the messages, e.g. because its storage
 *   is full, so nothing was sent. Messages that the ledger had before (their number is `repeated`) are in the queue. Those in
 *   `in_doubt` are in doubt because of an earlier request, whether this one sent them or held them back.
 * - `in_doubt`: the messages in `in_doubt` may be in the queue: this request or an earlier one sent them and got no clear
 *   answer. The queue has all the others.
 */
export interface PushAnswer extends LedgerAnswer {
  readonly state: "accepted" | "refused" | "in_doubt";
  readonly code: number | null;
  /** The queue's text about a refusal or a doubt, at most 300 characters; null if there is none. */
  readonly message: string | null;
  /** The number of messages that an earlier request delivered, so this one did not send them. */
  readonly repeated: number;
  readonly in_doubt: readonly string[];
  /** The messages that are in the queue and may be there twice, because they were sent again while in doubt. Kept for ever. */
  readonly possible_duplicates: readonly string[];
  /** The queue's metrics after this request; null if it sent nothing or the queue returned none. */
  readonly metrics: QueueMetrics | null;
}

/**
 * The state of a message in a ledger.
 *
 * - `accepted`: it is in the queue, or was.
 * - `under_way`: it is being sent right now; ask again.
 * - `in_doubt`: it was sent without a clear answer.
 * - `unseen`: this ledger never sent it, or the queue refused it. Only the same `ledger` as before proves that.
 */
export const askStatuses = ["accepted", "under_way", "in_doubt", "unseen"] as const;

export type AskStatus = (typeof askStatuses)[number];

/** The answer to an ask, status 200. */
export interface AskAnswer extends LedgerAnswer {
  readonly state: "answered";
  /** One for each key, in order. */
  readonly statuses: readonly AskStatus[];
  /** The accepted messages that may be in the queue twice. */
  readonly possible_duplicates: readonly string[];
}

/** The answer to a hello, status 200. */
export interface HelloAnswer {
  readonly version: typeof wireVersion;
  readonly state: "ready";
  /** The value of the binding CODE_DIGEST; null if there is none. */
  readonly code_digest: string | null;
  /** The names of the bound queues, in ascending order. */
  readonly queues: readonly string[];
}

/**
 * Why a request was rejected before it reached a ledger; nothing was sent.
 *
 * | reason | status | meaning |
 * |---|---|---|
 * | `bad_request` | 400 | the body does not have the form of the protocol; `message` says where |
 * | `unauthorized` | 401 | no signature, or one of another key, method, host, path or body |
 * | `expired` | 401 | the time differs from the Worker's by more than five minutes; `now` is the Worker's time |
 * | `no_such_route` | 404 | the path is not one of the protocol, or of another version |
 * | `no_such_queue` | 404 | the Worker has no binding for the queue |
 * | `wrong_method` | 405 | the path wants another method; `allow` names it |
 * | `too_large` | 413 | the body has more than 512,000 bytes |
 * | `misconfigured` | 500 | a binding is missing or malformed: the Worker must be deployed again |
 *
 * Before the signature is verified, a request can only get `wrong_method`, `no_such_route`, `unauthorized`, `expired` and
 * `misconfigured`. The body of a request that is not signed is not read.
 */
export const rejectionStatuses = {
  bad_request: 400,
  unauthorized: 401,
  expired: 401,
  no_such_route: 404,
  no_such_queue: 404,
  wrong_method: 405,
  too_large: 413,
  misconfigured: 500,
} as const;

export type RejectionReason = keyof typeof rejectionStatuses;

export interface Rejection {
  readonly version: typeof wireVersion;
  readonly state: "rejected";
  readonly reason: RejectionReason;
  /** A sentence for a user. It contains nothing of the body but positions. */
  readonly message: string;
  /** The Worker's time in milliseconds since the epoch; only with `expired`. */
  readonly now?: number;
}

/** Status 503: the object was reset, overloaded or not reachable. It is unknown whether it received the request; send it again. */
export interface Unavailable {
  readonly version: typeof wireVersion;
  readonly state: "unavailable";
  readonly message: string;
}
