import { debug } from "../debug.ts";
import type { QueueRef } from "../types.ts";
import type { Credentials } from "./credentials.ts";
import { createTransport, type Transport, type TransportRequest, type TransportResult } from "./transport.ts";

/** The timeout of a request in milliseconds. Generous, because every timeout leaves messages in doubt. */
export const requestDeadlineMs = 60_000;

export interface ClientOptions {
  readonly credentials: Credentials;
  /** Without a slash at its end; see `resolveBaseUrl`. */
  readonly baseUrl: URL;
  /** The timeout of a request in milliseconds. Default: {@link requestDeadlineMs}. */
  readonly deadlineMs?: number;
  /** The timeout of a connection, and of a proxy's answer, in milliseconds. Short, because nothing has been sent yet. */
  readonly connectTimeoutMs?: number;
  readonly userAgent?: string;
  /** The maximum number of connections. */
  readonly connections?: number;
  /** The environment that may set a proxy. Default: that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Sends the requests. Default: a pool of keep-alive connections. */
  readonly transport?: Transport;
}

type Request = Pick<TransportRequest, "method" | "url" | "body" | "maxAnswerBytes"> &
  Partial<Pick<TransportRequest, "signal" | "stop">>;

/** Sends single requests with the credentials and headers of every call. */
export interface Caller {
  send(request: Request): Promise<TransportResult>;
  /** Removes the credentials from a message of the API. */
  redact(words: string): string;
  /** Returns the URL of an account's queues. */
  queuesUrl(accountId: string): URL;
  /** Returns the URL of a queue, or of a path below it. */
  queueUrl(queue: QueueRef, path?: string): URL;
  close(): Promise<void>;
}

/** Creates a caller. @throws ConfigError if the environment sets an invalid proxy */
export function createCaller(options: ClientOptions): Caller {
  const { credentials, baseUrl, deadlineMs = requestDeadlineMs } = options;
  const { userAgent = "queue-seeder", connections = 32 } = options;
  const { env = process.env, connectTimeoutMs = 10_000 } = options;
  const transport = options.transport ?? createTransport(baseUrl, connections, env, connectTimeoutMs);
  const headers = {
    "user-agent": userAgent,
    accept: "application/json",
    // Answers are not decompressed, so a gateway must not compress them.
    "accept-encoding": "identity",
    ...credentials.headers(),
  };
  return {
    async send({ signal, stop, ...request }) {
      const content = request.body === undefined ? {} : { "content-type": "application/json" };
      const since = performance.now();
      const response = await transport.send({
        ...request,
        signal,
        stop,
        headers: { ...headers, ...content },
        deadlineMs,
      });
      debug("request", () => ({
        method: request.method,
        path: request.url.pathname,
        bytes: request.body === undefined ? undefined : Buffer.byteLength(request.body),
        outcome: response.kind,
        status: response.kind === "answer" ? response.status : undefined,
        ms: Math.round(performance.now() - since),
      }));
      return response;
    },
    redact: (words) => credentials.redact(words),
    queuesUrl: (accountId) => buildUrl(baseUrl, ["accounts", encodeSegment(accountId), "queues"]),
    queueUrl: ({ accountId, queueId }, path) =>
      buildUrl(baseUrl, [
        "accounts",
        encodeSegment(accountId),
        "queues",
        encodeSegment(queueId),
        ...(path === undefined ? [] : [path]),
      ]),
    close: () => transport.close(),
  };
}

/** Encodes an id, so that it cannot change the path; encoding alone would keep `.`, `..` and an empty id. */
function encodeSegment(id: string): string {
  return encodeURIComponent(id).replace(/^\.*$/, "_");
}

function buildUrl(baseUrl: URL, parts: readonly string[]): URL {
  const url = new URL(baseUrl);
  url.pathname = [baseUrl.pathname.replace(/\/$/, ""), ...parts].join("/");
  return url;
}
