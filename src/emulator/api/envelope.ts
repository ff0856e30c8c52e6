import { type ApiError, apiErrors, type StatusOverrides } from "../errors.ts";
import type { ApiAnswer } from "./http.ts";

const json = { "content-type": "application/json" } as const;
const queueErrors = "https://developers.cloudflare.com/queues/reference/error-codes/";

/** What a route gives back; the envelope is put around it here. */
export interface Outcome {
  /** Absent: the envelope has no `result`. */
  readonly result?: unknown;
  readonly resultInfo?: unknown;
  /** The older answer of a push: `{"success": true}` and nothing else. */
  readonly bare?: true;
  /** Messages that the call put into the queue. */
  readonly accepted?: number;
  /** In place of an envelope, events without end. */
  readonly events?: (signal: AbortSignal) => AsyncIterable<unknown>;
}

/** Server-sent events, each piece a JSON text. */
export function eventStream(pieces: (signal: AbortSignal) => AsyncIterable<unknown>): ApiAnswer {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    body: "",
    stream: async function* (signal) {
      for await (const piece of pieces(signal)) yield `data: ${JSON.stringify(piece)}\n\n`;
    },
  };
}

export function success(outcome: Outcome): ApiAnswer {
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

export function failure(error: ApiError, statuses: StatusOverrides): ApiAnswer {
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
