import type { Batch, QueueMetrics, QueueRef } from "../types.ts";
import { type ClientOptions, createCaller } from "./caller.ts";
import { classifyPushResponse, classifyReadResponse } from "./classify-response.ts";
import { encodePushRequest } from "./encode-request.ts";
import { parseMetrics } from "./envelope.ts";
import { parseQueueInfo } from "./parse-queue.ts";
import { redactBodies } from "./redact-bodies.ts";
import type { PushResult, QueueInfo, ReadResult } from "./types.ts";

/** The calls of the Cloudflare Queues API that a deployment makes. Each sends one request and never rejects. */
export interface Client {
  /**
   * Pushes one batch, once.
   *
   * @param signal cancels the request; if it was sent already, its outcome is unknown
   * @param stop cancels the request only while nothing of it was sent
   */
  push(queue: QueueRef, batch: Batch, signal?: AbortSignal, stop?: AbortSignal): Promise<PushResult>;
  /** Reads a queue's metrics. @param signal cancels the request */
  metrics(queue: QueueRef, signal?: AbortSignal): Promise<ReadResult<QueueMetrics>>;
  /** Reads a queue's settings. @param signal cancels the request */
  getQueue(queue: QueueRef, signal?: AbortSignal): Promise<ReadResult<QueueInfo>>;
  /** Closes the connections. Idle ones do not keep the process alive. */
  close(): Promise<void>;
}

/** Creates a client. @throws ConfigError if the environment sets an invalid proxy */
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
