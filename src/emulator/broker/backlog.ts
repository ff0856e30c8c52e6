import { DeliveryOrder } from "./delivery-order.ts";
import { canShareBlock, MessageBlock } from "./message-block.ts";
import { MessageList } from "./message-list.ts";
import { type Expiry, isSpent } from "./message-state.ts";
import type { BacklogRecorder } from "./recorder.ts";
import type { IncomingMessage, Metrics, QueuedMessage } from "./types.ts";

/**
 * The messages of one queue, in order of arrival. The backlog has no clock: each call passes the time, and `settle` applies
 * the changes that time brings.
 */
export class Backlog {
  readonly #messages = new MessageList();
  readonly #order = new DeliveryOrder((seq) => this.#messages.get(seq));
  #nextSeq = 0;
  #bytes = 0;
  readonly #recorder: BacklogRecorder;

  constructor(recorder: BacklogRecorder) {
    this.#recorder = recorder;
  }

  /** Fills an empty backlog with saved messages. */
  restore(messages: readonly QueuedMessage[], nextSeq: number): void {
    for (const message of messages) this.#insert(message);
    this.#order.startAt(messages[0]?.seq ?? nextSeq);
    this.#nextSeq = nextSeq;
  }

  add(messages: readonly IncomingMessage[], queueDelaySeconds: number, now: number): void {
    if (canShareBlock(messages, queueDelaySeconds)) {
      this.#addBlock(messages, now);
      return;
    }
    for (const draft of messages) {
      const delaySeconds = draft.delaySeconds ?? queueDelaySeconds;
      const message = {
        seq: this.#nextSeq,
        text: draft.text,
        bytes: draft.bytes,
        contentType: draft.contentType,
        delaySeconds,
        arrivedAt: now,
        dueAt: now + delaySeconds * 1000,
        attempts: 0,
        leased: false,
      };
      this.#insert(message);
      this.#recorder.put(message);
    }
  }

  #addBlock(messages: readonly IncomingMessage[], now: number): void {
    const first = this.#nextSeq;
    const block = new MessageBlock(messages, first, now);
    this.#messages.addBlock(block, first);
    this.#bytes += block.totalBytes;
    this.#nextSeq += block.size;
    this.#recorder.putAll(function* () {
      for (let seq = first; seq < first + block.size; seq += 1) yield block.take(seq);
    });
  }

  #insert(message: QueuedMessage): void {
    this.#messages.add(message);
    this.#bytes += message.bytes;
    this.#nextSeq = message.seq + 1;
    if (message.dueAt > message.arrivedAt) this.#order.postpone(message);
  }

  /**
   * Applies the passage of time: removes expired messages and ends leases.
   *
   * @returns the messages that ran out of retries, which are no longer in the queue
   */
  settle(now: number, expiry: Expiry): QueuedMessage[] {
    for (let oldest = this.#messages.oldest(); oldest; oldest = this.#messages.oldest()) {
      if (oldest.arrivedAt + expiry.retentionMs > now) break;
      this.remove(oldest.seq);
    }
    const dead: QueuedMessage[] = [];
    for (let message = this.#order.takeDue(now); message; message = this.#order.takeDue(now)) {
      if (message.leased && isSpent(message, expiry)) {
        this.remove(message.seq);
        dead.push(message);
        continue;
      }
      message.leased = false;
      this.#recorder.put(message);
      this.#order.return(message);
    }
    return dead;
  }

  /** Leases up to `count` messages until `now + visibilityMs`. Call `settle` first. */
  lease(count: number, visibilityMs: number, now: number): QueuedMessage[] {
    const taken: QueuedMessage[] = [];
    while (taken.length < count) {
      const message = this.#order.nextReady(now, this.#nextSeq);
      if (message === undefined) break;
      message.leased = true;
      message.attempts += 1;
      message.dueAt = now + visibilityMs;
      this.#order.postpone(message);
      this.#recorder.put(message);
      taken.push(message);
    }
    return taken;
  }

  /** Returns the message of an active lease. */
  findLeased(seq: number, attempts: number): QueuedMessage | undefined {
    const message = this.#messages.get(seq);
    return message?.leased && message.attempts === attempts ? message : undefined;
  }

  /** Returns the message of an ended lease, if it was not leased again. */
  findOnceLeased(seq: number, attempts: number): QueuedMessage | undefined {
    const message = this.#messages.get(seq);
    return message !== undefined && !message.leased && attempts > 0 && message.attempts === attempts
      ? message
      : undefined;
  }

  /** Ends a lease without an acknowledgement. @returns false if the message ran out of retries and left the queue */
  retry(message: QueuedMessage, delaySeconds: number, now: number, expiry: Expiry): boolean {
    if (isSpent(message, expiry)) {
      this.remove(message.seq);
      return false;
    }
    message.leased = false;
    message.dueAt = now + delaySeconds * 1000;
    if (delaySeconds > 0) this.#order.postpone(message);
    else this.#order.return(message);
    this.#recorder.put(message);
    return true;
  }

  /** Undoes a lease, as if the message had not been delivered. */
  cancelLease(message: QueuedMessage, now: number): void {
    message.leased = false;
    message.attempts -= 1;
    message.dueAt = now;
    this.#order.return(message);
    this.#recorder.put(message);
  }

  /** Returns when the next delay or lease ends. May be too early, for a message that was removed or postponed. */
  nextDueAt(): number | undefined {
    return this.#order.nextDueAt();
  }

  extend(message: QueuedMessage, visibilityMs: number, now: number): void {
    message.dueAt = now + visibilityMs;
    this.#order.postpone(message);
    this.#recorder.put(message);
  }

  remove(seq: number): boolean {
    const message = this.#messages.get(seq);
    if (message === undefined) return false;
    this.#messages.delete(message);
    this.#bytes -= message.bytes;
    this.#recorder.drop(seq);
    return true;
  }

  clear(): void {
    this.#messages.clear();
    this.#bytes = 0;
    this.#recorder.clear();
  }

  /** The number of messages ever added. */
  get total(): number {
    return this.#nextSeq;
  }

  /** Returns all messages, in order of arrival. */
  all(): Iterable<QueuedMessage> {
    return this.#messages.all();
  }

  metrics(): Metrics {
    return {
      backlogCount: this.#messages.size,
      backlogBytes: this.#bytes,
      oldestArrivedAt: this.#messages.oldest()?.arrivedAt ?? 0,
    };
  }
}
