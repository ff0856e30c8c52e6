import type { Batch, Metrics, QueueRef } from "../types.ts";
import { judgePush, judgeRead } from "./answer.ts";
import type { Credentials } from "./credentials.ts";
import { metricsOf } from "./envelope.ts";
import { queueInfoOf } from "./queue.ts";
import { pushRequest } from "./request.ts";
import { createTransport, type Transport, type Wire, type WireRequest } from "./transport.ts";
import type { PushAnswer, QueueInfo, ReadAnswer } from "./types.ts";
import { withhold } from "./withhold.ts";

/** Milliseconds for each request. Generous: every one that is given up leaves its messages in doubt. */
export const requestDeadlineMs = 60_000;

export interface ClientOptions {
  readonly credentials: Credentials;
  /** Without a slash at its end; see `baseUrlFrom`. */
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

/** The calls of the Cloudflare Queues API that the seeder makes. Each is one request; none rejects. */
export interface Client {
  /**
   * Pushes one batch, once.
   *
   * @param signal gives the request up; if it had left, its fate is unknown
   * @param stop gives the request up while nothing of it has left
   */
  push(queue: QueueRef, batch: Batch, signal?: AbortSignal, stop?: AbortSignal): Promise<PushAnswer>;
  /** @param signal gives the request up */
  metrics(queue: QueueRef, signal?: AbortSignal): Promise<ReadAnswer<Metrics>>;
  /** @param signal gives the request up */
  getQueue(queue: QueueRef, signal?: AbortSignal): Promise<ReadAnswer<QueueInfo>>;
  /** Ends the connections. Idle ones keep no process alive. */
  close(): Promise<void>;
}

/** @throws ConfigurationError when the environment names a proxy that cannot be one */
export function createClient(options: ClientOptions): Client {
  const {
    credentials,
    baseUrl,
    deadlineMs = requestDeadlineMs,
    userAgent = "queue-seeder",
    connections = 32,
  } = options;
  const { env = process.env, connectTimeoutMs = 10_000 } = options;
  const transport = options.transport ?? createTransport(baseUrl, connections, env, connectTimeoutMs);
  const headers = {
    "user-agent": userAgent,
    accept: "application/json",
    // Answers are short and read as they are; a gateway that compresses unasked would make one unreadable.
    "accept-encoding": "identity",
    ...credentials.headers(),
  };

  const call = async (request: Pick<WireRequest, "method" | "url" | "body" | "signal" | "stop">): Promise<Wire> => {
    const content = request.body === undefined ? {} : { "content-type": "application/json" };
    return transport.send({ ...request, headers: { ...headers, ...content }, deadlineMs });
  };
  const redact = (words: string) => credentials.redact(words);
  const read = (url: URL, signal: AbortSignal | undefined) =>
    call({ method: "GET", url, body: undefined, signal, stop: undefined });

  return {
    async push(queue, batch, signal, stop) {
      const { path, text } = pushRequest(batch);
      const wire = await call({ method: "POST", url: queueUrl(baseUrl, queue, path), body: text, signal, stop });
      return judgePush(wire, Date.now(), (words) => withhold(redact(words), batch));
    },
    async metrics(queue, signal) {
      return judgeRead(await read(queueUrl(baseUrl, queue, "metrics"), signal), Date.now(), redact, metricsOf);
    },
    async getQueue(queue, signal) {
      return judgeRead(await read(queueUrl(baseUrl, queue), signal), Date.now(), redact, queueInfoOf);
    },
    close: () => transport.close(),
  };
}

/** Ids are encoded, so that none can lead to another path; encoding leaves `.` and `..`, and an empty id, as they are. */
function queueUrl(baseUrl: URL, { accountId, queueId }: QueueRef, path?: string): URL {
  const segment = (id: string) => encodeURIComponent(id).replace(/^\.*$/, "_");
  const url = new URL(baseUrl);
  const parts = [baseUrl.pathname.replace(/\/$/, ""), "accounts", segment(accountId), "queues", segment(queueId)];
  url.pathname = [...parts, ...(path === undefined ? [] : [path])].join("/");
  return url;
}
