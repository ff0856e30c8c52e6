import type { Batch, QueueMetrics, QueueRef } from "../types.ts";
import { type ClientOptions, createCaller } from "./caller.ts";
import { classifyPushResponse, classifyReadResponse } from "./classify-response.ts";
import { encodePushRequest } from "./encode-request.ts";
import { parseMetrics } from "./envelope.ts";
import { parseQueueInfo } from "./parse-queue.ts";
import { redactBodies } from "./redact-bodies.ts";
import type { PushResult, QueueInfo, ReadResult } from "./types.ts";

/** The calls of the Cloudflare Queues API that a deployment makes. Each is one request; none rejects. */
export interface Client {
  /**
   * Pushes one batch, once.
   *
   * @param signal gives the request up; if it had left, its fate is unknown
   * @param stop gives the request up while nothing of it has left
   */
  push(queue: QueueRef, batch: Batch, signal?: AbortSignal, stop?: AbortSignal): Promise<PushResult>;
  /** @param signal gives the request up */
  metrics(queue: QueueRef, signal?: AbortSignal): Promise<ReadResult<QueueMetrics>>;
  /** @param signal gives the request up */
  getQueue(queue: QueueRef, signal?: AbortSignal): Promise<ReadResult<QueueInfo>>;
  /** Ends the connections. Idle ones keep no process alive. */
  close(): Promise<void>;
}

/** @throws ConfigurationError when the environment names a proxy that cannot be one */
export function createClient(options: ClientOptions): Client {
  const { send, redact, queueUrl, close } = createCaller(options);
  const read = (url: URL, signal: AbortSignal | undefined) => send({ method: "GET", url, body: undefined, signal });
  return {
    async push(queue, batch, signal, stop) {
      const { path, text } = encodePushRequest(batch);
      const wire = await send({ method: "POST", url: queueUrl(queue, path), body: text, signal, stop });
      return classifyPushResponse(wire, Date.now(), (words) => redactBodies(redact(words), batch));
    },
    async metrics(queue, signal) {
      return classifyReadResponse(await read(queueUrl(queue, "metrics"), signal), Date.now(), redact, parseMetrics);
    },
    async getQueue(queue, signal) {
      return classifyReadResponse(await read(queueUrl(queue), signal), Date.now(), redact, parseQueueInfo);
    },
    close,
  };
}
