import { Agent, type Dispatcher } from "undici";
import { isLoopback } from "./endpoint.ts";
import { createPool } from "./interim-responses.ts";
import { abortFailure, connectionFailure, lostResponseFailure, timeoutFailure } from "./network-errors.ts";
import { createProxyDispatcher, ProxyError, resolveProxy } from "./proxy.ts";
import type { ResponseHeaders } from "./rate-limit-headers.ts";
import type { Failure } from "./types.ts";

/** A request with its body as text. */
export interface TransportRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The timeout in milliseconds. */
  readonly deadlineMs: number;
  /** Cancels the request. */
  readonly signal: AbortSignal | undefined;
  /** Cancels the request only while nothing of it was sent. */
  readonly stop: AbortSignal | undefined;
  /** Maximum bytes of the answer. Default: {@link maxResponseBytes}. */
  readonly maxAnswerBytes?: number;
}

/** The outcome of one HTTP request. */
export type TransportResult =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly text: string;
      /** False if the answer was truncated, or longer than any answer of the API. */
      readonly complete: boolean;
    }
  /** The request, or a part of it, was sent, but no answer arrived. */
  | { readonly kind: "lost"; readonly failure: Failure }
  /** Nothing was sent, for certain. */
  | { readonly kind: "unsent"; readonly failure: Failure };

/** Sends a request exactly once, without retries and redirects. Never rejects. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResult>;
  close(): Promise<void>;
}

/** Default maximum bytes of an answer. Most answers have a few hundred bytes. */
const maxResponseBytes = 1_000_000;

/**
 * Creates a pool of keep-alive connections that respects HTTPS_PROXY and NO_PROXY. It uses HTTP/1.1 with one request at a time
 * per connection, so that an error concerns exactly one request, and undici retries none.
 *
 * @throws ConfigError if the environment sets an invalid proxy
 */
export function createTransport(
  baseUrl: URL,
  connections: number,
  env: Readonly<Record<string, string | undefined>>,
  connectTimeoutMs: number,
): Transport {
  const options = {
    connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
    factory: createPool,
  };
  const proxy = isLoopback(baseUrl.hostname) ? undefined : resolveProxy(env);
  const noProxy = env.no_proxy || env.NO_PROXY || "";
  const dispatcher =
    proxy === undefined ? new Agent(options) : createProxyDispatcher(proxy, { ...options, noProxy }, connectTimeoutMs);
  return { send: (request) => dispatch(dispatcher, request), close: () => dispatcher.destroy() };
}

function dispatch(dispatcher: Dispatcher, request: TransportRequest): Promise<TransportResult> {
  const { method, url, headers, body = null, deadlineMs, signal, stop, maxAnswerBytes = maxResponseBytes } = request;
  return new Promise((resolve) => {
    let left: Dispatcher.DispatchController | undefined;
    let head: { status: number; headers: ResponseHeaders } | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    let over = false;

    const end = (result: TransportResult) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      stop?.removeEventListener("abort", cancelUnsent);
      resolve(result);
    };
    const answer = (complete: boolean): TransportResult | undefined =>
      head && { kind: "answer", ...head, text: Buffer.concat(chunks).toString("utf8"), complete };
    const fail = (failure: Failure) => end(answer(false) ?? { kind: left ? "lost" : "unsent", failure });
    const give = (failure: Failure) => {
      fail(failure);
      left?.abort(new Error("the request was cancelled"));
    };
    const cancel = () => give(abortFailure(left !== undefined));
    const cancelUnsent = () => {
      if (left === undefined) cancel();
    };
    const timer = setTimeout(() => give(timeoutFailure(deadlineMs, left !== undefined)), deadlineMs);

    signal?.addEventListener("abort", cancel, { once: true });
    stop?.addEventListener("abort", cancelUnsent, { once: true });
    if (signal?.aborted || stop?.aborted) return cancel();

    const handler: Dispatcher.DispatchHandler = {
      // Called once a connection is established, before the first byte is written.
      onRequestStart(controller) {
        if (over) controller.abort(new Error("the request was cancelled before it was sent"));
        else left = controller;
      },
      onResponseStart(_controller, status, responseHeaders) {
        head = { status, headers: responseHeaders };
      },
      onResponseData(_controller, chunk) {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) give(lostResponseFailure(undefined));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        end(answer(true) ?? { kind: "lost", failure: lostResponseFailure(undefined) });
      },
      onResponseError(_controller, error) {
        fail(
          left ? lostResponseFailure(error) : error instanceof ProxyError ? error.failure : connectionFailure(error),
        );
      },
    };
    try {
      dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, body }, handler);
    } catch (error) {
      fail(connectionFailure(error));
    }
  });
}
