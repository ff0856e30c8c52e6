import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import { limits } from "../limits.ts";
import { Backlog } from "./backlog.ts";
import { ChangeTracker } from "./change-tracker.ts";
import type { Expiry } from "./message-state.ts";
import type { Queue } from "./queue.ts";
import { newId } from "./queue-id.ts";
import { defaultQueueLimits, LimitCounter, type QueueLimits } from "./queue-limits.ts";
import type { Recorder, SavedQueue } from "./recorder.ts";
import type { Consumer, IncomingMessage, Metrics, QueuedMessage, QueueSettings, Subscription } from "./types.ts";

export interface QueueSetup {
  readonly name: string;
  /** Default: derived from the name, so that it is the same in every run. */
  readonly id?: string;
  readonly jurisdiction?: string;
  readonly settings?: Partial<QueueSettings>;
}

/** The properties of an account's plan. */
export interface BrokerPlan {
  readonly limits?: QueueLimits;
  /** Default retention of a queue, in seconds. */
  readonly retentionPeriod?: number;
}

/** The queues of one account. Pure except for its clock and its random ids. */
export class Broker {
  readonly #queues = new Map<string, Queue>();
  readonly #changes: ChangeTracker;
  readonly clock: Clock;
  readonly limits: LimitCounter;
  /** The settings of a queue without its own. */
  readonly defaultSettings: QueueSettings;

  /** @param recorder saves every change; without one, the queues are lost when the process ends */
  constructor(
    clock: Clock,
    recorder?: Recorder,
    { limits: allowances = defaultQueueLimits, retentionPeriod }: BrokerPlan = {},
  ) {
    this.clock = clock;
    this.#changes = new ChangeTracker(recorder);
    this.limits = new LimitCounter(allowances);
    this.defaultSettings = {
      deliveryDelay: 0,
      deliveryPaused: false,
      retentionPeriod: retentionPeriod ?? limits.retentionSeconds.default,
    };
  }

  /** Restores the queues that a recorder saved. */
  restore(saved: Iterable<SavedQueue>): void {
    for (const { queue, messages, nextSeq } of saved) {
      const backlog = new Backlog(this.#changes.backlog(queue.id));
      backlog.restore(messages, nextSeq);
      this.#queues.set(queue.id, { ...queue, backlog });
    }
  }

  /** Ends a unit of work: saves its changes and notifies the listeners. */
  commit(): void {
    this.#changes.commit();
  }

  /** Notifies the listeners of a change, which may be only the time. */
  notify(): void {
    this.#changes.notify();
  }

  /** Calls `listener` after each unit of work that changed a queue. @returns a function that removes the listener */
  listen(listener: () => void): () => void {
    return this.#changes.listen(listener);
  }

  /** Creates a queue. @throws ApiError 11003 if the name is not valid, 11009 if it is in use */
  create(setup: QueueSetup): Queue {
    this.#checkName(setup.name);
    const now = this.clock.now();
    const id = setup.id ?? newId();
    const queue: Queue = {
      id,
      name: setup.name,
      createdAt: now,
      modifiedAt: now,
      jurisdiction: setup.jurisdiction,
      settings: { ...this.defaultSettings, ...setup.settings },
      consumer: undefined,
      subscriptions: [],
      purgedAt: undefined,
      backlog: new Backlog(this.#changes.backlog(id)),
    };
    this.#queues.set(queue.id, queue);
    this.#changes.put(queue);
    return queue;
  }

  /** Changes name and settings; absent ones are kept. @throws ApiError as `create` does */
  configure(queue: Queue, change: { name: string | undefined; settings: QueueSettings }): void {
    if (change.name !== undefined && change.name !== queue.name) {
      this.#checkName(change.name);
      queue.name = change.name;
    }
    queue.settings = change.settings;
    queue.modifiedAt = this.clock.now();
    this.#changes.put(queue);
  }

  attach(queue: Queue, consumer: Consumer | undefined): void {
    queue.consumer = consumer;
    queue.modifiedAt = this.clock.now();
    this.#changes.put(queue);
  }

  subscribe(queue: Queue, subscriptions: readonly Subscription[]): void {
    queue.subscriptions = subscriptions;
    this.#changes.put(queue);
  }

  #checkName(name: string): void {
    if (name.length > limits.queueNameLength || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
      throw new ApiError(11003);
    }
    if (this.byName(name) !== undefined) throw new ApiError(11009);
  }

  delete(queue: Queue): void {
    this.#queues.delete(queue.id);
    this.#changes.drop(queue.id);
  }

  /** Returns the queues in order of creation. */
  queues(): Queue[] {
    return [...this.#queues.values()];
  }

  byId(id: string): Queue | undefined {
    return this.#queues.get(id);
  }

  byName(name: string): Queue | undefined {
    for (const queue of this.#queues.values()) if (queue.name === name) return queue;
    return undefined;
  }

  /**
   * Pushes all of the messages, or none.
   *
   * @throws ApiError 10250 if the queue is overloaded, 10251 if it is full, 10253 if the plan's operations are used up
   */
  push(queue: Queue, messages: readonly IncomingMessage[]): Metrics {
    this.expireMessages();
    const now = this.clock.now();
    this.limits.take(queue, messages, now);
    queue.backlog.add(messages, queue.settings.deliveryDelay, now);
    return queue.backlog.metrics();
  }

  metrics(queue: Queue): Metrics {
    this.expireMessages();
    return queue.backlog.metrics();
  }

  purge(queue: Queue): void {
    queue.backlog.clear();
    queue.purgedAt = this.clock.now();
    this.#changes.put(queue);
  }

  /** Applies the passage of time to all queues, because one may be the dead letter queue of another. */
  expireMessages(): void {
    const now = this.clock.now();
    for (const queue of this.#queues.values()) {
      for (const message of queue.backlog.settle(now, readExpiry(queue))) this.moveToDeadLetterQueue(queue, message);
    }
  }

  /** Moves a message that ran out of retries to the dead letter queue; without one, the message is lost. */
  moveToDeadLetterQueue(queue: Queue, message: QueuedMessage): void {
    const name = queue.consumer?.deadLetterQueue;
    const target = name === undefined ? undefined : this.byName(name);
    target?.backlog.add([{ ...message, delaySeconds: 0 }], 0, this.clock.now());
  }
}

export function readExpiry(queue: Queue): Expiry {
  return { retentionMs: queue.settings.retentionPeriod * 1000, maxRetries: queue.consumer?.maxRetries };
}
