/**
 * The protocol between queue-seeder and its producer Worker, version 1. `./worker.js` implements the Worker's half; it imports
 * nothing, so `test/producer/wire.test.ts` checks that both files agree.
 *
 *     POST /v1/push/QUEUE/DEPLOYMENT   sends the messages of one batch -> PushAnswer
 *     POST /v1/ask/QUEUE/DEPLOYMENT    asks for the state of messages   -> AskAnswer
 *     GET  /v1/hello                   asks what is deployed           -> HelloAnswer
 *
 * Every request is signed, `hello` included. Paths are exact: no query, no trailing slash, no percent-encoding, no `..`.
 *
 * What an answer means:
 *
 * - Status 200 with a JSON object whose `version` is 1: the answer as described below.
 * - Status 400, 401, 404, 405, 413 or 500 with a {@link Rejection}: this request sent nothing and changed no ledger.
 * - Everything else (503 with `state: "unavailable"`, HTML, another JSON, Cloudflare's errors 1015, 1027, 1101 and 1102, a
 *   lost connection): it is unknown whether the request reached the ledger. The same request with the same keys may be made
 *   again, under either policy: the ledger recognizes messages that it has.
 */
import type { ContentType, QueueMetrics } from "../types.ts";

export const wireVersion = 1;

/** A queue's name, as Cloudflare allows it. The Worker's binding of the queue is called {@link bindingName}. */
export const queueNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The id of a manifest's deployment, as in the `deployments` resource of the state. */
export const deploymentPattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The key of a delivery: 128 bits as base64url without padding. The ledger sends a message whose key it has never again, so
 * the key must differ for each delivery that is wanted. It is a hash of at least: the deployment, the queue's id (a queue that
 * was deleted and created again has the same name), the segment, the message's key and its occurrence, the generation of an
 * `on_change` or `every_deploy` delivery, and a value that changes when a user asks for another delivery of the same
 * message: after `forget`, or when a message that left the manifest is added again.
 *
 * It is long enough that two of 100 million messages share a key with a probability below 10^-22; a shared key would be a
 * lost message.
 */
export const keyPattern = /^[A-Za-z0-9_-]{22}$/;

/** Limits of requests. */
export const wireLimits = {
  /** Bytes of a request's body; a batch has at most 256,000 bytes of message bodies. */
  bodyBytes: 512_000,
  /** Messages of a push. */
  pushKeys: 100,
  /** Keys of an ask. */
  askKeys: 5_000,
  /** Milliseconds that the time of a request may differ from the Worker's clock, in either direction. */
  clockSkewMs: 300_000,
  /** The largest delay of a message, in seconds. */
  delaySeconds: 86_400,
} as const;

export const helloPath = "/v1/hello";

export function pushPath(queue: string, deployment: string): string {
  return `/v1/push/${queue}/${deployment}`;
}

export function askPath(queue: string, deployment: string): string {
  return `/v1/ask/${queue}/${deployment}`;
}

/**
 * Returns the name of the Worker's binding for a queue: `QUEUE_` and the queue's name with `_` for each `-`. The names of
 * queues contain no `_`, so the Worker can turn it back.
 */
export function bindingName(queue: string): string {
  return `QUEUE_${queue.replaceAll("-", "_")}`;
}

/** The Worker's other bindings. */
export const bindings = {
  /** plain_text: the public key, see `./keys.ts`. */
  publicKey: "PUBLIC_KEY",
  /** plain_text, optional: the digest of the Worker's code, which `hello` returns. */
  codeDigest: "CODE_DIGEST",
  /** durable_object_namespace of the class {@link ledgerClass}, with SQLite storage. */
  ledger: "LEDGER",
} as const;

export const ledgerClass = "Ledger";

/** The Worker needs this compatibility date or a later one: error messages of queues contain the code since then. */
export const compatibilityDate = "2026-03-12";

/**
 * The value of the header `authorization`. The digest is part of it, so that the Worker can verify the signature before it
 * reads the body, and the body against the digest afterwards.
 *
 *     QS1 ts=1790000000000, body=64 hex digits, sig=88 characters of base64
 *
 * @param time milliseconds since the epoch, 13 digits
 * @param bodyDigest the SHA-256 of the body's bytes in lower-case hex; of no bytes for a GET
 * @param signature the Ed25519 signature (64 bytes) of {@link textToSign} in UTF-8, as base64 with padding
 */
export function authorization(time: number, bodyDigest: string, signature: string): string {
  return `QS1 ts=${time}, body=${bodyDigest}, sig=${signature}`;
}

/** What a signature covers. */
export interface SignedRequest {
  /** In upper case. */
  readonly method: "GET" | "POST";
  /** As in the header `host` and in `URL.host`: lower case, with the port unless it is the scheme's default. */
  readonly host: string;
  /** As in `URL.pathname`. */
  readonly path: string;
  readonly time: number;
  readonly bodyDigest: string;
}

/** Returns the text that is signed: five lines after `QS1`, joined by line feeds, with none at the end. */
export function textToSign({ method, host, path, time, bodyDigest }: SignedRequest): string {
  return ["QS1", method, host, path, time, bodyDigest].join("\n");
}

/** The first line of a push's body; a line feed and the messages follow, see {@link pushBody}. */
export interface PushHead {
  /** One key for each message, in the order of the messages. No key twice. */
  readonly keys: readonly string[];
  /** Whether messages that are in doubt are sent again. */
  readonly again: boolean;
}

/** A message on the wire, with the fields of the REST API. A `text` has a string as its body. */
export interface WireMessage {
  readonly body: unknown;
  readonly content_type: ContentType;
  readonly delay_seconds?: number;
}

/**
 * Returns the body of a push: two lines of JSON.
 *
 * @param messagesJson the body of the REST API's batch: `{"messages":[…]}` with one {@link WireMessage} for each key, also for
 *   a single message
 */
export function pushBody(head: PushHead, messagesJson: string): string {
  return `${JSON.stringify({ keys: head.keys, again: head.again })}\n${messagesJson}`;
}

/** Returns the body of an ask: a JSON array of keys, at most {@link wireLimits}.askKeys. */
export function askBody(keys: readonly string[]): string {
  return JSON.stringify(keys);
}

/** What every answer of a ledger has. */
interface LedgerAnswer {
  readonly version: typeof wireVersion;
  /**
   * The ledger's epoch: a random text that is made with the ledger. If it is not the one that an earlier answer had, the
   * ledger was lost or replaced, and what it does not know proves nothing.
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
  readonly maybe_twice: readonly string[];
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
  readonly maybe_twice: readonly string[];
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

/** Status 503: the object was reset, overloaded or not reachable. It is unknown whether it got the request: make it again. */
export interface Unavailable {
  readonly version: typeof wireVersion;
  readonly state: "unavailable";
  readonly message: string;
}
