import { Agent, type Dispatcher } from "undici";
import { isLoopback } from "./endpoint.ts";
import { createPool } from "./interim-responses.ts";
import { aborted, connectionFailed, responseLost, timedOut } from "./network-errors.ts";
import { createProxyDispatcher, ProxyError, resolveProxy } from "./proxy.ts";
import type { ResponseHeaders } from "./rate-limit-headers.ts";
import type { Failure } from "./types.ts";

/** One request, as text. */
export interface TransportRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Ends the request after so many milliseconds. */
  readonly deadlineMs: number;
  /** Ends the request at once. */
  readonly signal: AbortSignal | undefined;
  /** Ends the request while nothing of it has left; afterwards it changes nothing. */
  readonly stop: AbortSignal | undefined;
  /** Longest answer that is read, in bytes. Default: {@link maxResponseBytes}. */
  readonly maxAnswerBytes?: number;
}

/** What came of one request on the wire. */
export type TransportResult =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly text: string;
      /** False where the answer broke off, or was longer than any answer of the API. */
      readonly complete: boolean;
    }
  /** The request, or a part of it, left, and no answer came. */
  | { readonly kind: "lost"; readonly failure: Failure }
  /** It is certain that nothing left. */
  | { readonly kind: "unsent"; readonly failure: Failure };

/** Sends one request once: no retry, no redirect. Never rejects. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResult>;
  close(): Promise<void>;
}

/** Longest answer that is read unless the request says otherwise. Most answers have a few hundred bytes. */
const maxResponseBytes = 1_000_000;

/**
 * A pool of keep-alive connections, with the proxy that HTTPS_PROXY and NO_PROXY name. HTTP/1.1 with one request at a
 * time on a connection, so that an error belongs to one request, and undici itself repeats none.
 *
 * @throws ConfigurationError when the environment names a proxy that cannot be one
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
      left?.abort(new Error("the request was given up"));
    };
    const cancel = () => give(aborted(left !== undefined));
    const cancelUnsent = () => {
      if (left === undefined) cancel();
    };
    const timer = setTimeout(() => give(timedOut(deadlineMs, left !== undefined)), deadlineMs);

    signal?.addEventListener("abort", cancel, { once: true });
    stop?.addEventListener("abort", cancelUnsent, { once: true });
    if (signal?.aborted || stop?.aborted) return cancel();

    const handler: Dispatcher.DispatchHandler = {
      // Called when a connection is there, before the first byte is written.
      onRequestStart(controller) {
        if (over) controller.abort(new Error("the request was given up before it left"));
        else left = controller;
      },
      onResponseStart(_controller, status, responseHeaders) {
        head = { status, headers: responseHeaders };
      },
      onResponseData(_controller, chunk) {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) give(responseLost(undefined));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        end(answer(true) ?? { kind: "lost", failure: responseLost(undefined) });
      },
      onResponseError(_controller, error) {
        fail(left ? responseLost(error) : error instanceof ProxyError ? error.failure : connectionFailed(error));
      },
    };
    try {
      dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, body }, handler);
    } catch (error) {
      fail(connectionFailed(error));
    }
  });
}
