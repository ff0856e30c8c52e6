import type { QueueMetrics, QueueRef } from "../types.ts";
import { type AccountQueue, parseQueuePage, type QueuePage } from "./account-queue.ts";
import { type Caller, type ClientOptions, createCaller } from "./caller.ts";
import { classifyReadResponse } from "./classify-response.ts";
import {
  type Acknowledged,
  type DeliveredMessage,
  type Pulled,
  parseAcknowledged,
  parsePeeked,
  parsePulled,
} from "./delivered-messages.ts";
import { parseMetrics } from "./envelope.ts";
import type { ReadResult } from "./types.ts";

/** Maximum messages of a pull or peek. Source: https://developers.cloudflare.com/queues/platform/limits/ */
export const maxDelivered = 100;

/** Maximum bytes of an answer: 100 messages of 128 KB, with each byte of a text escaped as six. */
const answerBytes = 100_000_000;

/** The calls of the Cloudflare Queues API that read and remove messages. Each sends one request and never rejects. */
export interface ConsumerClient {
  /** Returns the oldest messages that could be delivered now, without leasing them. @param count at most 100 */
  peek(queue: QueueRef, count: number): Promise<ReadResult<readonly DeliveredMessage[]>>;
  /** Leases messages. @param count at most 100 @param visibilityMs milliseconds until the leases end */
  pull(queue: QueueRef, count: number, visibilityMs: number): Promise<ReadResult<Pulled>>;
  /** Acknowledges leases, which deletes their messages. */
  acknowledge(queue: QueueRef, leaseIds: readonly string[]): Promise<ReadResult<Acknowledged>>;
  /** Ends leases, so that their messages are delivered again at once. */
  releaseLeases(queue: QueueRef, leaseIds: readonly string[]): Promise<ReadResult<Acknowledged>>;
  metrics(queue: QueueRef): Promise<ReadResult<QueueMetrics>>;
  /** Lists every queue of an account, page by page. */
  listQueues(accountId: string): Promise<ReadResult<readonly AccountQueue[]>>;
  close(): Promise<void>;
}

/** Creates a consumer client. @throws ConfigError if the environment sets an invalid proxy */
export function createConsumerClient(options: ClientOptions): ConsumerClient {
  const caller = createCaller(options);
  const { queueUrl, redact } = caller;
  const post = async <T>(queue: QueueRef, path: string, body: object, read: (result: unknown) => T | undefined) => {
    const request = { method: "POST", url: queueUrl(queue, path), body: JSON.stringify(body) } as const;
    return classifyReadResponse(
      await caller.send({ ...request, maxAnswerBytes: answerBytes }),
      Date.now(),
      redact,
      read,
    );
  };
  const leases = (ids: readonly string[]) => ids.map((id) => ({ lease_id: id }));
  return {
    peek: (queue, count) => post(queue, "messages/peek", { batch_size: count }, parsePeeked),
    pull: (queue, count, visibilityMs) =>
      post(queue, "messages/pull", { batch_size: count, visibility_timeout_ms: visibilityMs }, parsePulled),
    acknowledge: (queue, ids) =>
      post(queue, "messages/ack", { acks: leases(ids) }, (result) => parseAcknowledged(result, ids)),
    releaseLeases: (queue, ids) =>
      post(queue, "messages/ack", { retries: leases(ids) }, (result) => parseAcknowledged(result, ids)),
    async metrics(queue) {
      const wire = await caller.send({ method: "GET", url: queueUrl(queue, "metrics"), body: undefined });
      return classifyReadResponse(wire, Date.now(), redact, parseMetrics);
    },
    listQueues: (accountId) => listQueues(caller, accountId),
    close: caller.close,
  };
}

/** Maximum pages of a list that are read: an account can have ten thousand queues. */
const maxPages = 200;

async function listQueues(caller: Caller, accountId: string): Promise<ReadResult<readonly AccountQueue[]>> {
  const all: AccountQueue[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await readPage(caller, accountId, page);
    if (answer.kind !== "ok") return answer;
    all.push(...answer.value.queues);
    const { totalPages = 1 } = answer.value;
    if (page >= Math.min(totalPages, maxPages)) return { ...answer, value: all };
  }
}

async function readPage(caller: Caller, accountId: string, page: number): Promise<ReadResult<QueuePage>> {
  const url = caller.queuesUrl(accountId);
  url.search = `page=${page}&per_page=100`;
  const wire = await caller.send({ method: "GET", url, body: undefined, maxAnswerBytes: answerBytes });
  return classifyReadResponse(wire, Date.now(), (words) => caller.redact(words), parseQueuePage);
}
