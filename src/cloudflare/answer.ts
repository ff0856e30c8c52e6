import { truncate } from "../format.ts";
import { toPrintable } from "../printable.ts";
import { decisiveCode, policyOf } from "./codes.ts";
import { type ApiError, type Envelope, metricsOf, parseEnvelope } from "./envelope.ts";
import { noRate, readRate } from "./rate.ts";
import type { Wire } from "./transport.ts";
import type { Failure, PushAnswer, ReadAnswer, Retry } from "./types.ts";

/** How many characters of somebody else's words an error repeats. */
const quoteLength = 300;

const again = "Run it again later.";

/** Takes out of somebody else's words what no error may show. Sees them before they are cut. */
export type Redact = (words: string) => string;

interface Verdict {
  readonly retry: Retry;
  readonly meaning: string;
  readonly remedy: string;
}

/** Says what became of a push. Accepts every form of answer that was ever documented, and judges the rest with care. */
export function judgePush(wire: Wire, now: number, redact: Redact): PushAnswer {
  if (wire.kind === "unsent") return { kind: "unsent", failure: wire.failure };
  if (wire.kind === "lost") return { kind: "unknown", failure: wire.failure, rate: noRate };
  const rate = readRate(wire.headers, now);
  const envelope = wire.complete ? parseEnvelope(wire.text) : undefined;
  if (isSuccess(wire.status, envelope)) return { kind: "accepted", metrics: metricsOf(envelope.result), rate };
  const failure = failureOf(wire, envelope, redact);
  return { kind: failure.retry === "unknown_fate" ? "unknown" : "refused", failure, rate };
}

/** Says what became of a call that reads. `read` gives undefined for a result that it cannot use. */
export function judgeRead<T>(
  wire: Wire,
  now: number,
  redact: Redact,
  read: (result: unknown, info: unknown) => T | undefined,
): ReadAnswer<T> {
  if (wire.kind !== "answer") return { kind: "failed", failure: harmless(wire.failure) };
  const envelope = wire.complete ? parseEnvelope(wire.text) : undefined;
  const value = isSuccess(wire.status, envelope) ? read(envelope.result, envelope.resultInfo) : undefined;
  if (value !== undefined) return { kind: "ok", value, rate: readRate(wire.headers, now) };
  return { kind: "failed", failure: harmless(failureOf(wire, envelope, redact)) };
}

/** A call that reads changes nothing: it may be made again, whatever became of it. */
function harmless(failure: Failure): Failure {
  return failure.retry === "unknown_fate" ? { ...failure, retry: "after_wait", remedy: again } : failure;
}

type Answer = Extract<Wire, { kind: "answer" }>;

function isSuccess(status: number, envelope: Envelope | undefined): envelope is Envelope {
  return envelope?.success === true && status >= 200 && status < 300;
}

function failureOf(wire: Answer, envelope: Envelope | undefined, redact: Redact): Failure {
  // Whatever `success` says: it is no success, and its codes say more than its status.
  const errors = envelope?.errors ?? [];
  const code = decisiveCode(errors.map((error) => error.code)) ?? errors[0]?.code;
  const error = errors.find((candidate) => candidate.code === code);
  const url = error?.documentationUrl;
  const verdict = (code === undefined ? undefined : policyOf(code)) ?? judgeStatus(wire, error);
  return {
    retry: verdict.retry,
    message: `${verdict.meaning} (HTTP ${wire.status}${error === undefined ? "" : `, ${quote(error, redact)}`})`,
    remedy: verdict.remedy,
    status: wire.status,
    code,
    documentationUrl: url === undefined ? undefined : plain(url, redact),
  };
}

/** An answer without a code that is known: only the status says something, and a careful reading of it. */
function judgeStatus({ status, complete }: Answer, error: ApiError | undefined): Verdict {
  if (!complete) return { retry: "unknown_fate", meaning: "the answer was cut off", remedy: again };
  if (status === 429) return { retry: "after_wait", meaning: "too many requests", remedy: again };
  if (status >= 500 || status === 408 || status === 499) {
    return { retry: "unknown_fate", meaning: "the API, or a proxy before it, failed", remedy: again };
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
  return { retry: "unknown_fate", meaning: "the answer cannot be read as one of the API's", remedy: again };
}

/** `code 10104: Queue not found`, with what lies beneath. */
function quote({ code, message, pointer, chain }: ApiError, redact: Redact): string {
  const where = pointer === undefined ? "" : ` at ${plain(pointer, redact)}`;
  const beneath = chain.map((cause) => `; ${cause.code}: ${plain(cause.message, redact)}`).join("");
  return truncate(`code ${code}: ${plain(message, redact)}${where}${beneath}`, quoteLength);
}

/** Somebody else's words on one printable line. */
function plain(text: string, redact: Redact): string {
  return truncate(toPrintable(redact(text)), quoteLength);
}
