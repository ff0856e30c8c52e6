import type { Batch, QueueMetrics, QueueRef } from "../types.ts";
import { judgePush, judgeRead } from "./answer.ts";
import { type ClientOptions, createCaller } from "./caller.ts";
import { metricsOf } from "./envelope.ts";
import { queueInfoOf } from "./queue.ts";
import { pushRequest } from "./request.ts";
import type { PushAnswer, QueueInfo, ReadAnswer } from "./types.ts";
import { withhold } from "./withhold.ts";

/** The calls of the Cloudflare Queues API that a deployment makes. Each is one request; none rejects. */
export interface Client {
  /**
   * Pushes one batch, once.
   *
   * @param signal gives the request up; if it had left, its fate is unknown
   * @param stop gives the request up while nothing of it has left
   */
  push(queue: QueueRef, batch: Batch, signal?: AbortSignal, stop?: AbortSignal): Promise<PushAnswer>;
  /** @param signal gives the request up */
  metrics(queue: QueueRef, signal?: AbortSignal): Promise<ReadAnswer<QueueMetrics>>;
  /** @param signal gives the request up */
  getQueue(queue: QueueRef, signal?: AbortSignal): Promise<ReadAnswer<QueueInfo>>;
  /** Ends the connections. Idle ones keep no process alive. */
  close(): Promise<void>;
}

/** @throws ConfigurationError when the environment names a proxy that cannot be one */
export function createClient(options: ClientOptions): Client {
  const { send, redact, queueUrl, close } = createCaller(options);
  const read = (url: URL, signal: AbortSignal | undefined) => send({ method: "GET", url, body: undefined, signal });
  return {
    async push(queue, batch, signal, stop) {
      const { path, text } = pushRequest(batch);
      const wire = await send({ method: "POST", url: queueUrl(queue, path), body: text, signal, stop });
      return judgePush(wire, Date.now(), (words) => withhold(redact(words), batch));
    },
    async metrics(queue, signal) {
      return judgeRead(await read(queueUrl(queue, "metrics"), signal), Date.now(), redact, metricsOf);
    },
    async getQueue(queue, signal) {
      return judgeRead(await read(queueUrl(queue), signal), Date.now(), redact, queueInfoOf);
    },
    close,
  };
}
