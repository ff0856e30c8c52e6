import type { IncomingHttpHeaders } from "node:http";

/**
 * A request and its answer as plain data. Not the Web's Request and Response: making those costs more time than the
 * broker's own work, and this handler is measured against a bare server.
 */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The caller's address, which has a rate limit of its own. */
  readonly address: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Sent after the body, piece by piece, until the caller goes or `signal` aborts. The answer then has no length. */
  readonly stream?: (signal: AbortSignal) => AsyncIterable<string>;
  /** For the log of requests: the error's code. */
  readonly code?: number;
  /** For the log of requests: messages that the call put into the queue. */
  readonly accepted?: number;
}
