import { type ApiError, apiErrors, type StatusOverrides } from "../errors.ts";
import type { ApiResponse } from "./http.ts";

const json = { "content-type": "application/json" } as const;
const queueErrors = "https://developers.cloudflare.com/queues/reference/error-codes/";

/** The result of a route, which is wrapped in the envelope here. */
export interface Outcome {
  /** If absent, the envelope has no `result`. */
  readonly result?: unknown;
  readonly resultInfo?: unknown;
  /** Requests the older answer of a push, only `{"success": true}`. */
  readonly bare?: true;
  /** The number of messages that the call added to the queue. */
  readonly accepted?: number;
  /** An endless stream of events instead of an envelope. */
  readonly events?: (signal: AbortSignal) => AsyncIterable<unknown>;
}

/** Streams server-sent events, with each piece as JSON. */
export function eventStream(pieces: (signal: AbortSignal) => AsyncIterable<unknown>): ApiResponse {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    body: "",
    stream: async function* (signal) {
      for await (const piece of pieces(signal)) yield `data: ${JSON.stringify(piece)}\n\n`;
    },
  };
}

export function success(outcome: Outcome): ApiResponse {
  if (outcome.events !== undefined) return eventStream(outcome.events);
  const envelope = outcome.bare
    ? { success: true }
    : {
        success: true,
        errors: [],
        messages: [],
        ...("result" in outcome && { result: outcome.result }),
        ...("resultInfo" in outcome && { result_info: outcome.resultInfo }),
      };
  const answer = { status: 200, headers: json, body: JSON.stringify(envelope) };
  return outcome.accepted === undefined ? answer : { ...answer, accepted: outcome.accepted };
}

export function failure(error: ApiError, statuses: StatusOverrides): ApiResponse {
  const { code, details } = error;
  const entry: { status: number; message: string; retryAfterSeconds?: number } = apiErrors[code];
  const status = details.status ?? statuses[code] ?? entry.status;
  const retryAfter = details.retryAfterSeconds ?? entry.retryAfterSeconds;
  const first = {
    code,
    message: error.message,
    ...(code >= 10_100 && code < 12_000 && code !== 10_429 && { documentation_url: queueErrors }),
    ...(details.pointer !== undefined && { source: { pointer: details.pointer } }),
    ...(details.chain !== undefined && { error_chain: details.chain }),
  };
  const second = details.also === undefined ? [] : [{ code: details.also, message: apiErrors[details.also].message }];
  return {
    status,
    code,
    headers: { ...json, ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }) },
    body: JSON.stringify({ success: false, errors: [first, ...second], messages: [], result: null }),
  };
}
