import { truncate } from "../format.ts";
import { toPrintable } from "../printable.ts";
import { findPolicy, selectDecisiveCode } from "./api-error-policies.ts";
import { type ApiError, type Envelope, parseEnvelope, parseMetrics } from "./envelope.ts";
import { noRateLimitHeaders, parseRateLimitHeaders } from "./rate-limit-headers.ts";
import type { TransportResult } from "./transport.ts";
import type { Failure, PushResult, ReadResult, RetryClass } from "./types.ts";

/** How many characters of somebody else's words an error repeats. */
const quoteLength = 300;

const retryRemedy = "Run it again later.";

/** Takes out of somebody else's words what no error may show. Sees them before they are cut. */
export type Redact = (words: string) => string;

interface FailureClass {
  readonly retry: RetryClass;
  readonly meaning: string;
  readonly remedy: string;
}

/** Says what became of a push. Accepts every form of answer that was ever documented, and judges the rest with care. */
export function classifyPushResponse(response: TransportResult, now: number, redact: Redact): PushResult {
  if (response.kind === "unsent") return { kind: "unsent", failure: response.failure };
  if (response.kind === "lost") return { kind: "unknown", failure: response.failure, rate: noRateLimitHeaders };
  const rate = parseRateLimitHeaders(response.headers, now);
  const envelope = response.complete ? parseEnvelope(response.text) : undefined;
  if (isSuccess(response.status, envelope)) return { kind: "accepted", metrics: parseMetrics(envelope.result), rate };
  const failure = toFailure(response, envelope, redact);
  return { kind: failure.retry === "unknown_fate" ? "unknown" : "refused", failure, rate };
}

/** Says what became of a call that reads. `read` gives undefined for a result that it cannot use. */
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

/** A call that reads changes nothing: it may be made again, whatever became of it. */
function asRetryable(failure: Failure): Failure {
  return failure.retry === "unknown_fate" ? { ...failure, retry: "after_wait", remedy: retryRemedy } : failure;
}

type ClassifiedResponse = Extract<TransportResult, { kind: "answer" }>;

function isSuccess(status: number, envelope: Envelope | undefined): envelope is Envelope {
  return envelope?.success === true && status >= 200 && status < 300;
}

function toFailure(response: ClassifiedResponse, envelope: Envelope | undefined, redact: Redact): Failure {
  // Whatever `success` says: it is no success, and its codes say more than its status.
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

/** An answer without a code that is known: only the status says something, and a careful reading of it. */
function classifyStatus({ status, complete }: ClassifiedResponse, error: ApiError | undefined): FailureClass {
  if (!complete) return { retry: "unknown_fate", meaning: "the answer was cut off", remedy: retryRemedy };
  if (status === 429) return { retry: "after_wait", meaning: "too many requests", remedy: retryRemedy };
  if (status >= 500 || status === 408 || status === 499) {
    return { retry: "unknown_fate", meaning: "the API, or a proxy before it, failed", remedy: retryRemedy };
  }
  if (status >= 300 && status < 400) {
    return {
      retry: "no",
      meaning: "the answer was a redirect, which is not followed because the credentials would go with it",
      remedy: "Check CLOUDFLARE_BASE_URL.",
    };
  }
  if (status === 407) {
    return {
      retry: "no",
      meaning: "a proxy before the API wants a user and a password",
      remedy: "Put them into HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT, both percent-encoded.",
    };
  }
  if (status >= 400) {
    const by = error === undefined ? "a proxy, or something else that is not the API, refused" : "the API refused";
    return { retry: "no", meaning: by, remedy: "Check CLOUDFLARE_BASE_URL and the network between here and there." };
  }
  if (error !== undefined) return { retry: "no", meaning: "the API refused", remedy: "See the API's own message." };
  return { retry: "unknown_fate", meaning: "the answer cannot be read as one of the API's", remedy: retryRemedy };
}

/** `code 10104: Queue not found`, with what lies beneath. */
function formatError({ code, message, pointer, chain }: ApiError, redact: Redact): string {
  const where = pointer === undefined ? "" : ` at ${sanitize(pointer, redact)}`;
  const beneath = chain.map((cause) => `; ${cause.code}: ${sanitize(cause.message, redact)}`).join("");
  return truncate(`code ${code}: ${sanitize(message, redact)}${where}${beneath}`, quoteLength);
}

/** Somebody else's words on one printable line. */
function sanitize(text: string, redact: Redact): string {
  return truncate(toPrintable(redact(text)), quoteLength);
}
