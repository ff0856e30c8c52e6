import type { Broker } from "../broker/broker.ts";
import {
  type AcknowledgeResult,
  acknowledge,
  cancelLeases,
  lease,
  leaseId,
  messageId,
  peek,
} from "../broker/leases.ts";
import type { Queue } from "../broker/queue.ts";
import type { Clock } from "../clock.ts";
import { decide } from "./batching.ts";
import {
  type Batching,
  type BatchResult,
  type DeliveredMessage,
  type Print,
  type Receiver,
  UndeliveredError,
} from "./types.ts";

/** The maximum time for a handler to process a batch, in real time: 15 minutes. Then its messages are delivered again. */
const leaseMs = 900_000;
/** The maximum sleep, because timers are limited to 24 days; an extra check is harmless. */
const longestSleepMs = 3_600_000;
/** The pause after a batch that no consumer accepted, in real time. */
const undeliveredPauseMs = 500;

export interface DispatcherSetup {
  readonly broker: Broker;
  readonly clock: Clock & { readonly speed?: number };
  /** The name of the queue. */
  readonly name: string;
  readonly receiver: Receiver;
  /** Returns the current batching rules, or undefined if the queue has no such consumer and keeps its messages. */
  readonly batching: (queue: Queue) => Batching | undefined;
  readonly print: Print;
}

/** Delivers a queue's messages to its consumer, whenever a batch and the consumer are ready. */
export class Dispatcher {
  readonly #setup: DispatcherSetup;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #stop: () => void;
  #closed = false;
  #scheduled = false;
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(setup: DispatcherSetup) {
    this.#setup = setup;
    this.#stop = setup.broker.listen(() => this.schedule());
    this.schedule();
  }

  /** Schedules a check after a possible change. Several calls in a row cause one check. */
  schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#check();
    });
  }

  /** Ends deliveries; messages that the consumer still has return to the queue. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    clearTimeout(this.#timer);
    await this.#setup.receiver.close();
    await Promise.all(this.#inFlight);
  }

  #check(): void {
    clearTimeout(this.#timer);
    const { broker, clock, name, receiver } = this.#setup;
    for (;;) {
      const queue = broker.byName(name);
      const batching = queue === undefined ? undefined : this.#setup.batching(queue);
      if (queue === undefined || batching === undefined || queue.settings.deliveryPaused || !receiver.ready()) break;
      if (this.#inFlight.size >= batching.maxConcurrency) break;
      const pause = this.#pausedUntil - performance.now();
      if (pause > 0) {
        this.#sleep(pause);
        break;
      }
      const ready = peek(broker, queue, batching.batchSize);
      const now = clock.now();
      const decision = decide(ready, batching, now, queue.backlog.nextDueAt());
      if (decision.kind === "deliver") {
        const delivery = this.#deliver(queue, decision.count);
        this.#inFlight.add(delivery);
        void delivery.finally(() => {
          this.#inFlight.delete(delivery);
          this.schedule();
        });
        continue;
      }
      if (decision.kind === "wait") this.#sleep((decision.until - now) / (clock.speed ?? 1));
      break;
    }
    broker.commit();
  }

  #sleep(ms: number): void {
    this.#timer = setTimeout(() => this.schedule(), Math.min(Math.max(0, Math.ceil(ms)), longestSleepMs));
  }

  async #deliver(queue: Queue, count: number): Promise<void> {
    const { broker, clock, receiver, print } = this.#setup;
    const messages = lease(broker, queue, count, leaseMs * Math.max(1, clock.speed ?? 1));
    const leases = messages.map((message) => leaseId(queue, message));
    const batch: DeliveredMessage[] = messages.map((message) => ({
      id: messageId(queue, message),
      message,
      attempts: message.attempts,
    }));
    broker.commit();
    let result: BatchResult;
    try {
      result = await receiver.deliver(queue.name, batch, broker.metrics(queue));
    } catch (error) {
      if (broker.byId(queue.id) !== queue) return;
      if (error instanceof UndeliveredError) {
        this.#pausedUntil = performance.now() + undeliveredPauseMs;
        cancelLeases(broker, queue, leases);
        broker.commit();
        return;
      }
      if (!this.#closed) print({ queue: queue.name, level: "error", text: (error as Error).message });
      result = { acks: [], retries: messages.map((_, index) => ({ index, delaySeconds: undefined })) };
    }
    // If the queue was deleted meanwhile, its messages are gone too.
    if (broker.byId(queue.id) !== queue) return;
    const leaseAt = (index: number) => leases[index] ?? "";
    const settled = acknowledge(broker, queue, {
      acks: result.acks.map(leaseAt),
      retries: result.retries.map(({ index, delaySeconds }) => ({ leaseId: leaseAt(index), delaySeconds })),
    });
    broker.commit();
    if (!this.#closed) print({ queue: queue.name, level: "info", text: this.#summary(queue, batch.length, settled) });
  }

  #summary(queue: Queue, count: number, { acknowledged, retried, deadLettered }: AcknowledgeResult): string {
    const parts = [`${acknowledged} of ${count} messages ${this.#setup.receiver.done}`];
    if (retried > deadLettered) parts.push(`${retried - deadLettered} to retry`);
    const deadLetterQueue = queue.consumer?.deadLetterQueue;
    if (deadLettered > 0)
      parts.push(
        `${deadLettered} out of retries and ${deadLetterQueue === undefined ? "deleted" : `moved to ${deadLetterQueue}`}`,
      );
    return parts.join(", ");
  }
}
