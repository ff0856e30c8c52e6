import type { QueueRef } from "../types.ts";
import type { Credentials } from "./credentials.ts";
import { createTransport, type Transport, type TransportRequest, type TransportResult } from "./transport.ts";

/** Milliseconds for each request. Generous: every one that is given up leaves its messages in doubt. */
export const requestDeadlineMs = 60_000;

export interface ClientOptions {
  readonly credentials: Credentials;
  /** Without a slash at its end; see `resolveBaseUrl`. */
  readonly baseUrl: URL;
  /** Milliseconds for each request. Default: {@link requestDeadlineMs}. */
  readonly deadlineMs?: number;
  /** Milliseconds for a connection, and for a proxy's answer. Nothing has left by then, so it need not be generous. */
  readonly connectTimeoutMs?: number;
  readonly userAgent?: string;
  /** Most connections at once. */
  readonly connections?: number;
  /** Where a proxy is named. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The wire; by default a pool of keep-alive connections. */
  readonly transport?: Transport;
}

type Request = Pick<TransportRequest, "method" | "url" | "body" | "maxAnswerBytes"> &
  Partial<Pick<TransportRequest, "signal" | "stop">>;

/** Sends single requests with the credentials and headers that every call has. */
export interface Caller {
  send(request: Request): Promise<TransportResult>;
  /** Takes the credentials out of the API's words. */
  redact(words: string): string;
  /** The URL of an account's queues. */
  queuesUrl(accountId: string): URL;
  /** The URL of a queue, or of a path below it. */
  queueUrl(queue: QueueRef, path?: string): URL;
  close(): Promise<void>;
}

/** @throws ConfigurationError when the environment names a proxy that cannot be one */
export function createCaller(options: ClientOptions): Caller {
  const { credentials, baseUrl, deadlineMs = requestDeadlineMs } = options;
  const { userAgent = "queue-seeder", connections = 32 } = options;
  const { env = process.env, connectTimeoutMs = 10_000 } = options;
  const transport = options.transport ?? createTransport(baseUrl, connections, env, connectTimeoutMs);
  const headers = {
    "user-agent": userAgent,
    accept: "application/json",
    // Answers are read as they come; a gateway that compresses unasked would make one unreadable.
    "accept-encoding": "identity",
    ...credentials.headers(),
  };
  return {
    send({ signal, stop, ...request }) {
      const content = request.body === undefined ? {} : { "content-type": "application/json" };
      return transport.send({ ...request, signal, stop, headers: { ...headers, ...content }, deadlineMs });
    },
    redact: (words) => credentials.redact(words),
    queuesUrl: (accountId) => urlOf(baseUrl, ["accounts", segment(accountId), "queues"]),
    queueUrl: ({ accountId, queueId }, path) =>
      urlOf(baseUrl, [
        "accounts",
        segment(accountId),
        "queues",
        segment(queueId),
        ...(path === undefined ? [] : [path]),
      ]),
    close: () => transport.close(),
  };
}

/** Ids are encoded, so that none can lead to another path; encoding leaves `.` and `..`, and an empty id, as they are. */
function segment(id: string): string {
  return encodeURIComponent(id).replace(/^\.*$/, "_");
}

function urlOf(baseUrl: URL, parts: readonly string[]): URL {
  const url = new URL(baseUrl);
  url.pathname = [baseUrl.pathname.replace(/\/$/, ""), ...parts].join("/");
  return url;
}
