import type { Batch, Metrics, QueueRef } from "../types.ts";
import { judgePush, judgeRead } from "./answer.ts";
import type { Credentials } from "./credentials.ts";
import { metricsOf } from "./envelope.ts";
import { queueInfoOf } from "./queue.ts";
import { pushRequest } from "./request.ts";
import { createTransport, type Transport, type Wire, type WireRequest } from "./transport.ts";
import type { PushAnswer, QueueInfo, ReadAnswer } from "./types.ts";
import { withhold } from "./withhold.ts";

export interface ClientOptions {
  readonly credentials: Credentials;
  /** Without a slash at its end; see `baseUrlFrom`. */
  readonly baseUrl: URL;
  /** Milliseconds for each request. Generous by default: every one that is given up leaves its messages in doubt. */
  readonly deadlineMs?: number;
  readonly userAgent?: string;
  /** Most connections at once. */
  readonly connections?: number;
  /** The wire; by default a pool of keep-alive connections. */
  readonly transport?: Transport;
}

/** The calls of the Cloudflare Queues API that the seeder makes. Each is one request; none rejects. */
export interface Client {
  /**
   * Pushes one batch, once.
   *
   * @param signal gives the request up; if it had left, its fate is unknown
   */
  push(queue: QueueRef, batch: Batch, signal?: AbortSignal): Promise<PushAnswer>;
  metrics(queue: QueueRef): Promise<ReadAnswer<Metrics>>;
  getQueue(queue: QueueRef): Promise<ReadAnswer<QueueInfo>>;
  /** Ends the connections. Idle ones keep no process alive. */
  close(): Promise<void>;
}

export function createClient(options: ClientOptions): Client {
  const { credentials, baseUrl, deadlineMs = 60_000, userAgent = "queue-seeder", connections = 32 } = options;
  const transport = options.transport ?? createTransport(baseUrl, connections);
  const headers = { "user-agent": userAgent, accept: "application/json", ...credentials.headers() };

  const call = async (request: Pick<WireRequest, "method" | "url" | "body" | "signal">): Promise<Wire> => {
    const content = request.body === undefined ? {} : { "content-type": "application/json" };
    return transport.send({ ...request, headers: { ...headers, ...content }, deadlineMs });
  };
  const redact = (words: string) => credentials.redact(words);
  const read = (url: URL) => call({ method: "GET", url, body: undefined, signal: undefined });

  return {
    async push(queue, batch, signal) {
      const { path, text } = pushRequest(batch);
      const wire = await call({ method: "POST", url: queueUrl(baseUrl, queue, path), body: text, signal });
      return judgePush(wire, Date.now(), (words) => withhold(redact(words), batch));
    },
    async metrics(queue) {
      return judgeRead(await read(queueUrl(baseUrl, queue, "metrics")), Date.now(), redact, metricsOf);
    },
    async getQueue(queue) {
      return judgeRead(await read(queueUrl(baseUrl, queue)), Date.now(), redact, queueInfoOf);
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
