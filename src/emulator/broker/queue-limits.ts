import { ApiError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Queue } from "./queue.ts";
import type { IncomingMessage } from "./types.ts";

/** How much the queues accept before they refuse more. */
export interface QueueLimits {
  /** Messages per second of one queue; beyond that, it is overloaded. */
  readonly messagesPerSecond: number;
  /** Bytes that one queue can store. */
  readonly queueBytes: number;
  /** Operations of the whole account per day, as on the free plan. */
  readonly dailyOperations: number;
}

/** The allowances of a paid plan. */
export const defaultQueueLimits: QueueLimits = {
  messagesPerSecond: limits.queueMessagesPerSecond,
  queueBytes: limits.queueBytes,
  dailyOperations: Number.POSITIVE_INFINITY,
};

const secondMs = 1_000;
const dayMs = 86_400_000;

/** Counts messages, bytes and operations, and refuses what exceeds the allowances. */
export class LimitCounter {
  readonly #allowances: QueueLimits;
  readonly #seconds = new WeakMap<Queue, { second: number; messages: number }>();
  #day = { number: 0, operations: 0 };

  constructor(allowances: QueueLimits) {
    this.#allowances = allowances;
  }

  /** Counts a push. @throws ApiError 10250, 10251 or 10253, without counting it */
  take(queue: Queue, drafts: readonly IncomingMessage[], now: number): void {
    const { messagesPerSecond, queueBytes, dailyOperations } = this.#allowances;
    const second = Math.floor(now / secondMs);
    const before = this.#seconds.get(queue);
    const messages = (before?.second === second ? before.messages : 0) + drafts.length;
    if (messages > messagesPerSecond) throw new ApiError(10250);
    const bytes = drafts.reduce((sum, message) => sum + message.bytes, 0);
    if (queue.backlog.metrics().backlogBytes + bytes > queueBytes) throw new ApiError(10251);
    const operations = drafts.reduce((sum, message) => sum + countOperations(message), 0);
    if (this.#today(now).operations + operations > dailyOperations) throw new ApiError(10253);
    this.#seconds.set(queue, { second, messages });
    this.#day.operations += operations;
  }

  /** Counts deliveries or deletions, which are never refused. */
  count(messages: readonly { readonly bytes: number }[], now: number): void {
    const day = this.#today(now);
    for (const message of messages) day.operations += countOperations(message);
  }

  #today(now: number): { operations: number } {
    const number = Math.floor(now / dayMs);
    if (number !== this.#day.number) this.#day = { number, operations: 0 };
    return this.#day;
  }
}

/** Computes the operations for a message. Source: https://developers.cloudflare.com/queues/platform/pricing/ */
function countOperations({ bytes }: { readonly bytes: number }): number {
  return Math.ceil((bytes + limits.metadataBytes) / limits.operationBytes);
}
