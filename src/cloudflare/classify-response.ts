import { truncate } from "../format.ts";
import { toPrintable } from "../printable.ts";
import { findPolicy, selectDecisiveCode } from "./api-error-policies.ts";
import { type ApiError, type Envelope, parseEnvelope, parseMetrics } from "./envelope.ts";
import { noRateLimitHeaders, parseRateLimitHeaders } from "./rate-limit-headers.ts";
import type { TransportResult } from "./transport.ts";
import type { Failure, PushResult, ReadResult, RetryClass } from "./types.ts";

/** The maximum length of an external message in an error, in characters. */
const quoteLength = 300;

const retryRemedy = "Run it again later.";

/** Removes what no error may show from an external message, before it is truncated. */
export type Redact = (words: string) => string;

interface FailureClass {
  readonly retry: RetryClass;
  readonly meaning: string;
  readonly remedy: string;
}

/** Determines the outcome of a push. Accepts every documented form of answer, and judges others conservatively. */
export function classifyPushResponse(response: TransportResult, now: number, redact: Redact): PushResult {
  if (response.kind === "unsent") return { kind: "unsent", failure: response.failure };
  if (response.kind === "lost") return { kind: "unknown", failure: response.failure, rate: noRateLimitHeaders };
  const rate = parseRateLimitHeaders(response.headers, now);
  const envelope = response.complete ? parseEnvelope(response.text) : undefined;
  if (isSuccess(response.status, envelope)) return { kind: "accepted", metrics: parseMetrics(envelope.result), rate };
  const failure = toFailure(response, envelope, redact);
  return { kind: failure.retry === "unknown_outcome" ? "unknown" : "refused", failure, rate };
}

/** Determines the outcome of a read. `read` returns undefined for a result that is not valid. */
export function classifyReadResponse<T>(
  response: TransportResult,
  now: number,
  redact: Redact,
  read: (result: unknown, info: unknown) => T | undefined,
): ReadResult<T> {
  if (response.kind !== "answer") return { kind: "failed", failure: asRetryable(response.failure) };
  const envelope = response.complete ? parseEnvelope(response.text) : undefined;
  const value = isSuccess(response.status, envelope) ? read(envelope.result, envelope.resultInfo) : undefined;
  if (value !== undefined) return { kind: "ok", value, rate: parseRateLimitHeaders(response.headers, now) };
  return { kind: "failed", failure: asRetryable(toFailure(response, envelope, redact)) };
}

/** Marks the failure of a read as retryable, because a read changes nothing. */
function asRetryable(failure: Failure): Failure {
  return failure.retry === "unknown_outcome" ? { ...failure, retry: "after_wait", remedy: retryRemedy } : failure;
}

type ClassifiedResponse = Extract<TransportResult, { kind: "answer" }>;

function isSuccess(status: number, envelope: Envelope | undefined): envelope is Envelope {
  return envelope?.success === true && status >= 200 && status < 300;
}

function toFailure(response: ClassifiedResponse, envelope: Envelope | undefined, redact: Redact): Failure {
  // Regardless of `success`: the answer is an error, and its codes are more specific than its status.
  const errors = envelope?.errors ?? [];
  const code = selectDecisiveCode(errors.map((error) => error.code)) ?? errors[0]?.code;
  const error = errors.find((candidate) => candidate.code === code);
  const url = error?.documentationUrl;
  const verdict = (code === undefined ? undefined : findPolicy(code)) ?? classifyStatus(response, error);
  return {
    retry: verdict.retry,
    message: `${verdict.meaning} (HTTP ${response.status}${error === undefined ? "" : `, ${formatError(error, redact)}`})`,
    remedy: verdict.remedy,
    status: response.status,
    code,
    documentationUrl: url === undefined ? undefined : sanitize(url, redact),
  };
}

/** Judges an answer without a known code by its status, conservatively. */
function classifyStatus({ status, complete }: ClassifiedResponse, error: ApiError | undefined): FailureClass {
  if (!complete) return { retry: "unknown_outcome", meaning: "the answer was truncated", remedy: retryRemedy };
  if (status === 429) return { retry: "after_wait", meaning: "too many requests", remedy: retryRemedy };
  if (status >= 500 || status === 408 || status === 499) {
    return { retry: "unknown_outcome", meaning: "the API, or a proxy in front of it, failed", remedy: retryRemedy };
  }
  if (status >= 300 && status < 400) {
    return {
      retry: "no",
      meaning: "the answer was a redirect, which is not followed, because it would forward the credentials",
      remedy: "Check CLOUDFLARE_BASE_URL.",
    };
  }
  if (status === 407) {
    return {
      retry: "no",
      meaning: "a proxy in front of the API requires a user and a password",
      remedy: "Set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, both percent-encoded.",
    };
  }
  if (status >= 400) {
    const by = error === undefined ? "a proxy, or another server that is not the API, refused" : "the API refused";
    return { retry: "no", meaning: by, remedy: "Check CLOUDFLARE_BASE_URL and the network in between." };
  }
  if (error !== undefined) return { retry: "no", meaning: "the API refused", remedy: "See the API's own message." };
  return { retry: "unknown_outcome", meaning: "the answer is not in the API's format", remedy: retryRemedy };
}

/** Formats an error with its causes, as `code 10104: Queue not found`. */
function formatError({ code, message, pointer, chain }: ApiError, redact: Redact): string {
  const where = pointer === undefined ? "" : ` at ${sanitize(pointer, redact)}`;
  const beneath = chain.map((cause) => `; ${cause.code}: ${sanitize(cause.message, redact)}`).join("");
  return truncate(`code ${code}: ${sanitize(message, redact)}${where}${beneath}`, quoteLength);
}

/** Puts an external message on one printable line. */
function sanitize(text: string, redact: Redact): string {
  return truncate(toPrintable(redact(text)), quoteLength);
}
