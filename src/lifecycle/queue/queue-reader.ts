import {
  type Client,
  type Failure,
  isAccountLimit,
  noRateLimitHeaders,
  type QueueInfo,
  type ReadResult,
} from "../../cloudflare/index.ts";
import { type Throttle, WaitTooLongError } from "../../push/index.ts";
import type { QueueMetrics, QueueRef } from "../../types.ts";

/** Reads from the API. Neither method rejects. */
export interface QueueReader {
  /** Reads each queue once and caches the result. */
  getQueue(queue: QueueRef): Promise<ReadResult<QueueInfo>>;
  /** Reads the metrics on every call. */
  metrics(queue: QueueRef): Promise<ReadResult<QueueMetrics>>;
}

interface QueueReaderOptions {
  readonly client: Pick<Client, "getQueue" | "metrics">;
  /** Reads count against the same rate limit as pushes. */
  readonly throttle: Throttle;
  readonly cancelled: AbortSignal;
}

/** Milliseconds to wait if the API does not announce how long its limit lasts; the next push learns more. */
const fallbackWaitMs = 1_000;

const notRead: Failure = {
  retry: "after_wait",
  message: "the run was cancelled before the API was asked",
  remedy: "Run it again.",
  status: undefined,
  code: undefined,
  documentationUrl: undefined,
};

/** Creates the queue reader of one process. */
export function createQueueReader({ client, throttle, cancelled }: QueueReaderOptions): QueueReader {
  const queues = new Map<string, Promise<ReadResult<QueueInfo>>>();

  const paced = async <T>({ queueId }: QueueRef, ask: () => Promise<ReadResult<T>>): Promise<ReadResult<T>> => {
    const permit = await throttle.acquire({ queueId, messages: 0 }, cancelled).catch((error: unknown) => {
      return error instanceof WaitTooLongError ? error.failure : notRead;
    });
    if (!("done" in permit)) return { kind: "failed", failure: permit };
    const answer = await ask();
    if (answer.kind === "ok") permit.done({ kind: "ended", rate: answer.rate });
    else if (isAccountLimit(answer.failure))
      permit.done({ kind: "limited", rate: noRateLimitHeaders, waitMs: fallbackWaitMs });
    else permit.done({ kind: "ended", rate: undefined });
    return answer;
  };

  return {
    getQueue(queue) {
      const key = JSON.stringify([queue.accountId, queue.queueId]);
      const answer = queues.get(key) ?? paced(queue, () => client.getQueue(queue, cancelled));
      queues.set(key, answer);
      return answer;
    },
    metrics: (queue) => paced(queue, () => client.metrics(queue, cancelled)),
  };
}
