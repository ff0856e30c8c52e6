import { isTexts, type JsonObject, parseObject } from "../../json-object.ts";
import {
  type AskAnswer,
  askStatuses,
  type HelloAnswer,
  type PushAnswer,
  type RejectionReason,
  rejectionStatuses,
} from "../../producer/answers.ts";
import { wireVersion } from "../../producer/wire.ts";
import { isCount, parseMetrics } from "../envelope.ts";
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

/** Error 1027 is the daily limit of the account's plan; any other 429 is temporary. */
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

/** Reads the answer to a push. @returns undefined if it is not valid */
export function parsePushAnswer(value: JsonObject): PushAnswer | undefined {
  const { state, ledger, code, message, repeated, in_doubt, possible_duplicates } = value;
  if (state !== "accepted" && state !== "refused" && state !== "in_doubt") return undefined;
  if (typeof ledger !== "string" || typeof repeated !== "number") return undefined;
  if (!isTexts(in_doubt) || !isTexts(possible_duplicates)) return undefined;
  return {
    version: wireVersion,
    state,
    ledger,
    code: typeof code === "number" ? code : null,
    message: typeof message === "string" ? message : null,
    repeated,
    in_doubt,
    possible_duplicates,
    metrics: parseMetrics(value.metrics) ?? null,
  };
}

/** Reads the answer to an ask. @param keys number of keys that were asked for */
export function parseAskAnswer(value: JsonObject, keys: number): AskAnswer | undefined {
  const { state, ledger, statuses, possible_duplicates } = value;
  if (state !== "answered" || typeof ledger !== "string" || !isTexts(statuses) || !isTexts(possible_duplicates)) {
    return undefined;
  }
  const known = statuses.flatMap((status) => askStatuses.find((each) => each === status) ?? []);
  if (known.length !== keys) return undefined;
  return { version: wireVersion, state, ledger, statuses: known, possible_duplicates };
}

/** Reads the answer to a hello. */
export function parseHelloAnswer({ state, code_digest, queues }: JsonObject): HelloAnswer | undefined {
  if (state !== "ready" || !isTexts(queues)) return undefined;
  return { version: wireVersion, state, code_digest: typeof code_digest === "string" ? code_digest : null, queues };
}
