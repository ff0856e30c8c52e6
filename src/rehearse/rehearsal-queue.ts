import { Broker } from "../emulator/broker/broker.ts";
import { type AcknowledgeResult, acknowledge, lease, leaseId, messageId, peek } from "../emulator/broker/leases.ts";
import type { Queue } from "../emulator/broker/queue.ts";
import type { IncomingMessage, Metrics, QueuedMessage } from "../emulator/broker/types.ts";
import { type ManualClock, manualClock } from "../emulator/clock.ts";
import { type Decision, decide } from "../emulator/consumers/batching.ts";
import type { Batching, DeliveredMessage } from "../emulator/consumers/types.ts";
import type { ConsumerSettings } from "./types.ts";

/** Lease duration in milliseconds, the production limit of a handler; the queue's own clock does not advance while one runs. */
const leaseMs = 900_000;

/** A queue of the emulator with one consumer and with its own clock, which skips delays, so that a day passes at once. */
export class RehearsalQueue {
  readonly #clock: ManualClock = manualClock(Date.now());
  readonly #broker: Broker;
  readonly #queue: Queue;
  readonly #batching: Batching;

  constructor(name: string, settings: ConsumerSettings) {
    const unlimited = Number.POSITIVE_INFINITY;
    const limits = { messagesPerSecond: unlimited, queueBytes: unlimited, dailyOperations: unlimited };
    this.#broker = new Broker(this.#clock, undefined, { limits });
    this.#queue = this.#broker.create({ name });
    const { deadLetterQueue } = settings;
    if (deadLetterQueue !== undefined && deadLetterQueue !== name) this.#broker.create({ name: deadLetterQueue });
    const maxWaitTimeMs = settings.maxBatchTimeout * 1000;
    this.#broker.attach(this.#queue, {
      id: "rehearsal",
      createdAt: this.#clock.now(),
      type: "worker",
      scriptName: "rehearsal",
      deadLetterQueue,
      batchSize: settings.maxBatchSize,
      maxWaitTimeMs,
      maxRetries: settings.maxRetries,
      retryDelay: settings.retryDelay,
      maxConcurrency: 1,
    });
    this.#batching = { batchSize: settings.maxBatchSize, maxWaitTimeMs, maxBytes: unlimited, maxConcurrency: 1 };
  }

  push(messages: readonly IncomingMessage[]): void {
    this.#broker.push(this.#queue, messages);
  }

  /** The number of messages in the queue, delayed and leased ones included. */
  get backlog(): number {
    return this.#queue.backlog.metrics().backlogCount;
  }

  get metrics(): Metrics {
    return this.#broker.metrics(this.#queue);
  }

  /** Checks whether enough messages are ready for a full batch. */
  get isBatchFull(): boolean {
    const { batchSize } = this.#batching;
    return peek(this.#broker, this.#queue, batchSize).length === batchSize;
  }

  /** Decides whether a batch is delivered now, later or never. */
  decide(): Decision {
    const ready = peek(this.#broker, this.#queue, this.#batching.batchSize);
    return decide(ready, this.#batching, this.#clock.now(), this.#queue.backlog.nextDueAt());
  }

  /** Sets the clock, at least a millisecond forward. @param ms milliseconds since the epoch */
  skipTo(ms: number): void {
    this.#clock.advance(Math.max(1, ms - this.#clock.now()));
  }

  /** Leases the oldest messages that are ready. */
  lease(count: number): readonly DeliveredMessage[] {
    return lease(this.#broker, this.#queue, count, leaseMs).map((message) => ({
      id: messageId(this.#queue, message),
      // A copy: the queue changes its own message, and this one may be delivered again, alone.
      message: { ...message },
      attempts: message.attempts,
    }));
  }

  acknowledge(message: QueuedMessage): void {
    acknowledge(this.#broker, this.#queue, { acks: [leaseId(this.#queue, message)] });
  }

  /** Returns a message to the queue. @param delaySeconds undefined for the consumer's own delay */
  retry(message: QueuedMessage, delaySeconds: number | undefined): AcknowledgeResult {
    return acknowledge(this.#broker, this.#queue, {
      retries: [{ leaseId: leaseId(this.#queue, message), delaySeconds }],
    });
  }
}
