import { type JsonObject, parseObject } from "../../json-object.ts";
import { type RejectionReason, rejectionStatuses, wireVersion } from "../../producer/wire.ts";
import { isCount } from "../envelope.ts";
import { createFailure } from "../network-errors.ts";
import { parseRateLimitHeaders } from "../rate-limit-headers.ts";
import type { TransportResult } from "../transport.ts";
import type { Failure, RateLimitHeaders } from "../types.ts";

/** One answer of the producer Worker, or what arrived instead. */
export type ProducerAnswer<T> =
  | { readonly kind: "answer"; readonly value: T }
  /** The request sent nothing and changed no ledger. */
  | { readonly kind: "rejected"; readonly reason: RejectionReason; readonly status: number; readonly now?: number }
  /** Cloudflare refused the request before the Worker ran. */
  | { readonly kind: "limited"; readonly failure: Failure; readonly rate: RateLimitHeaders }
  /** It is not known whether the request reached the ledger. */
  | { readonly kind: "lost"; readonly failure: Failure }
  /** Nothing was sent. */
  | { readonly kind: "unsent"; readonly failure: Failure };

const askAgain = "Run it again: the Worker's ledger recognizes messages that it has.";

/**
 * Reads an answer. Everything that is not in the protocol's form counts as lost: a proxy's page, an error of the runtime, another
 * version.
 *
 * @param parse returns undefined for a value that is not valid
 */
export function parseAnswer<T>(
  wire: TransportResult,
  now: number,
  parse: (value: JsonObject) => T | undefined,
): ProducerAnswer<T> {
  if (wire.kind !== "answer") return wire;
  const { status, complete, text, headers } = wire;
  const value = complete ? parseObject(text) : {};
  if (value.version === wireVersion) {
    const parsed = status === 200 ? parse(value) : undefined;
    if (parsed !== undefined) return { kind: "answer", value: parsed };
    const reason = value.state === "rejected" ? toReason(value.reason, status) : undefined;
    if (reason !== undefined) {
      return { kind: "rejected", reason, status, ...(isCount(value.now) && { now: value.now }) };
    }
  }
  if (status === 429) return { kind: "limited", failure: toLimit(text), rate: parseRateLimitHeaders(headers, now) };
  const what = complete ? "the answer is not the Worker's" : "the Worker's answer was truncated";
  return {
    kind: "lost",
    failure: { ...createFailure("unknown_outcome", `${what} (HTTP ${status})`, askAgain), status },
  };
}

function toReason(reason: unknown, status: number): RejectionReason | undefined {
  if (typeof reason !== "string" || !Object.hasOwn(rejectionStatuses, reason)) return undefined;
  const known = reason as RejectionReason;
  return rejectionStatuses[known] === status ? known : undefined;
}

/** Error 1027 is the daily limit of the account's plan; any other 429 passes. */
function toLimit(text: string): Failure {
  const failure = /\b1027\b/.test(text)
    ? createFailure(
        "stop_queue",
        "the account's daily limit of Worker requests is reached (HTTP 429, error 1027)",
        "Run it again tomorrow (UTC), or upgrade to the Workers paid plan.",
      )
    : createFailure("after_wait", "Cloudflare limits the requests to the Worker (HTTP 429)", "Run it again later.");
  return { ...failure, status: 429 };
}
