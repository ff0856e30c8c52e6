/**
 * The requests of the protocol between queue-seeder and its producer Worker, version 1; `./answers.ts` has the answers.
 * `./worker.js` implements the Worker's half; it imports nothing, so `test/producer/wire.test.ts` checks that both agree.
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
 * - Status 400, 401, 404, 405, 413 or 500 with a `Rejection`: this request sent nothing and changed no ledger.
 * - Everything else (503 with `state: "unavailable"`, HTML, another JSON, Cloudflare's errors 1015, 1027, 1101 and 1102, a
 *   lost connection): it is unknown whether the request reached the ledger. The same request with the same keys may be made
 *   again, under either policy: the ledger recognizes messages that it has.
 */
import type { ContentType } from "../types.ts";

export const wireVersion = 1;

/** A queue's name, as Cloudflare allows it. The Worker's binding of the queue is named by `bindingName` in `./bindings.ts`. */
export const queueNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The id of a manifest's deployment, as in the `deployments` resource of the state. */
export const deploymentPattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The key of a delivery: 128 bits as base64url without padding. The ledger never sends a message with a key that it already has,
 * so each intended delivery needs a key of its own. It is a hash of at least: the deployment, the queue's id (a queue that
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

/** The parts of a request that its signature covers. */
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
  readonly resend_in_doubt: boolean;
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
  return `${JSON.stringify({ keys: head.keys, resend_in_doubt: head.resend_in_doubt })}\n${messagesJson}`;
}

/** Returns the body of an ask: a JSON array of keys, at most {@link wireLimits}.askKeys. */
export function askBody(keys: readonly string[]): string {
  return JSON.stringify(keys);
}
