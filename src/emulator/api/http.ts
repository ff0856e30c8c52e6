import type { IncomingHttpHeaders } from "node:http";

/**
 * A request and its answer as plain data. The Web's Request and Response take more time to create than the broker needs for
 * its work, and this handler is benchmarked against a bare server.
 */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The caller's IP address, which has its own rate limit. */
  readonly address: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Streamed after the body until the caller disconnects or `signal` aborts. The answer then has no content-length. */
  readonly stream?: (signal: AbortSignal) => AsyncIterable<string>;
  /** For the log of requests: the error's code. */
  readonly code?: number;
  /** For the log of requests: the number of messages that the call added to the queue. */
  readonly accepted?: number;
}
