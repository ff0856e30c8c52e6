import type { RetryClass } from "./types.ts";

/** What an error is about, for callers that react to more than its retries. */
export type ErrorConcern =
  | "account_limit"
  | "credentials"
  | "permission"
  | "route"
  | "queue_id"
  | "queue_missing"
  | "queue_overload";

interface ApiErrorPolicy {
  /** The meaning of the code, as a clause. */
  readonly meaning: string;
  /** Absent for codes that no caller distinguishes. */
  readonly concerns?: ErrorConcern;
  readonly retry: RetryClass;
  /** What the user should do, in full sentences. */
  readonly remedy: string;
}

const findQueue =
  "Check the queue id and the account id in the stack's configuration, and that the queue still exists.";
const fixCredentials =
  "Check the API token, or the email and the API key, in the stack's configuration or the environment.";
const grant = "Give the token the permission Account › Queues › Edit for this account.";
const report = "This is a bug in queue-seeder. Please report it with this message.";
const smaller = "Make the message's body smaller: the API accepts 128 KB, including metadata.";
const wait = "Run it again later: messages that were pushed are not pushed again.";

/**
 * The meaning of each error code of the API for a push, regardless of the HTTP status. Other codes are judged by their
 * status, see ./classify-response.ts.
 *
 * Sources: https://developers.cloudflare.com/queues/reference/error-codes/ and the API's OpenAPI document.
 */
export const apiErrorPolicies = {
  971: {
    meaning: "the account's API rate limit is reached",
    concerns: "account_limit",
    retry: "after_wait",
    remedy: wait,
  },
  6003: { meaning: "the credentials are malformed", concerns: "credentials", retry: "no", remedy: fixCredentials },
  7000: { meaning: "the API has no such route", concerns: "route", retry: "no", remedy: findQueue },
  7003: {
    meaning: "the API has no such route, or the account's id is malformed",
    concerns: "route",
    retry: "no",
    remedy: findQueue,
  },
  9106: { meaning: "the request carried no credentials", concerns: "credentials", retry: "no", remedy: fixCredentials },
  9109: { meaning: "the token may not use this resource", concerns: "permission", retry: "no", remedy: grant },
  // The gateway's answer to an unknown token, and to one without the permission.
  10000: {
    meaning: "the API does not accept the credentials",
    concerns: "permission",
    retry: "no",
    remedy: `${fixCredentials} ${grant}`,
  },
  10001: { meaning: "the token may not use this method", concerns: "permission", retry: "no", remedy: grant },
  10013: { meaning: "the batch is empty or invalid", retry: "no", remedy: report },
  10104: { meaning: "the queue was not found", concerns: "queue_missing", retry: "no", remedy: findQueue },
  10106: { meaning: "the token may not push to this queue", concerns: "permission", retry: "no", remedy: grant },
  10107: { meaning: "the queue's id is malformed", concerns: "queue_id", retry: "no", remedy: findQueue },
  // The API lost the connection, at an unknown point of its processing.
  10201: { meaning: "the API lost the connection", retry: "unknown_outcome", remedy: wait },
  10202: { meaning: "the batch's delay is invalid", retry: "no", remedy: report },
  10203: { meaning: "a message's metadata is invalid", retry: "no", remedy: report },
  // The answer to a batch does not identify the message; splitting the batch finds it and lets the others pass.
  10204: { meaning: "a message is too large", retry: "split", remedy: smaller },
  10205: { meaning: "the batch is too large", retry: "split", remedy: smaller },
  10206: { meaning: "the batch has too many messages", retry: "split", remedy: report },
  10207: { meaning: "the request does not match the API's schema", retry: "no", remedy: report },
  10208: { meaning: "the request is not well-formed JSON", retry: "no", remedy: report },
  10250: { meaning: "the queue is overloaded", concerns: "queue_overload", retry: "after_wait", remedy: wait },
  10251: {
    meaning: "the queue's storage is full",
    retry: "stop_queue",
    remedy: "Let the consumers reduce the backlog, or purge the queue, then run it again.",
  },
  10252: { meaning: "the queue is disabled", retry: "stop_queue", remedy: "Enable the queue, then run it again." },
  10253: {
    meaning: "the free plan's daily limit is reached",
    retry: "stop_queue",
    remedy: "Run it again tomorrow (UTC), or upgrade to the Workers paid plan.",
  },
  10429: {
    meaning: "the account's API rate limit is reached",
    concerns: "account_limit",
    retry: "after_wait",
    remedy: wait,
  },
  11000: { meaning: "the queue was not found", concerns: "queue_missing", retry: "no", remedy: findQueue },
  15000: { meaning: "the API failed for an unknown reason", retry: "unknown_outcome", remedy: wait },
} as const satisfies Record<number, ApiErrorPolicy>;

/** If an answer has several codes, the most restrictive one decides. */
const precedence = [
  "unknown_outcome",
  "no",
  "stop_queue",
  "split",
  "after_wait",
] as const satisfies readonly RetryClass[];

export function findPolicy(code: number): ApiErrorPolicy | undefined {
  return Object.hasOwn(apiErrorPolicies, code) ? apiErrorPolicies[code as keyof typeof apiErrorPolicies] : undefined;
}

/** Returns the code that decides about retries, or undefined if the table has none of them. */
export function selectDecisiveCode(candidates: readonly number[]): number | undefined {
  const rank = (code: number) => precedence.indexOf(findPolicy(code)?.retry ?? "after_wait");
  return candidates.filter((code) => findPolicy(code) !== undefined).sort((a, b) => rank(a) - rank(b))[0];
}

/** Returns what a failure is about; undefined if it has no code, or one that no caller distinguishes. */
export function findConcern({ code }: { readonly code: number | undefined }): ErrorConcern | undefined {
  return code === undefined ? undefined : findPolicy(code)?.concerns;
}

/** Reports whether a failure is due to the account's limit, which applies to every queue. */
export function isAccountLimit(failure: { code: number | undefined; status: number | undefined }): boolean {
  return findConcern(failure) === "account_limit" || (failure.status === 429 && failure.code === undefined);
}
