import TinyQueue from "tinyqueue";
import { Crate, fitsCrate } from "./crate.ts";
import type { BacklogRecorder } from "./recorder.ts";
import { Shelf } from "./shelf.ts";
import type { Draft, MessageState, Metrics, QueuedMessage } from "./types.ts";

/** When a message that went through the heap is due; out of date once the message's own `dueAt` differs. */
interface Due {
  readonly at: number;
  readonly seq: number;
}

/** What becomes of messages with time. */
export interface Expiry {
  readonly retentionMs: number;
  /** Deliveries after the first; undefined: no consumer, so nothing runs out of retries. */
  readonly maxRetries: number | undefined;
}

/**
 * The messages of one queue, in order of arrival. Nothing here looks at a clock: time comes in with each call, and what
 * time changes is settled by `settle`.
 *
 * Messages that were never delayed nor delivered are found by a cursor, so a million of them cost a slot each; only
 * the others go through the heaps.
 */
export class Backlog {
  readonly #messages = new Shelf();
  /** Delayed and leased ones, by time. */
  readonly #due = new TinyQueue<Due>([], (a, b) => a.at - b.at || a.seq - b.seq);
  /** Those whose delay or lease is over, oldest first. May name messages that have gone. */
  readonly #again = new TinyQueue<number>();
  #nextSeq = 0;
  /** No message before it waits for its first delivery, except those in the heaps. */
  #cursor = 0;
  #bytes = 0;
  readonly #recorder: BacklogRecorder;

  constructor(recorder: BacklogRecorder) {
    this.#recorder = recorder;
  }

  /** Fill an empty backlog with what was saved. */
  restore(messages: readonly QueuedMessage[], nextSeq: number): void {
    for (const message of messages) this.#insert(message);
    this.#cursor = messages[0]?.seq ?? nextSeq;
    this.#nextSeq = nextSeq;
  }

  add(drafts: readonly Draft[], queueDelaySeconds: number, now: number): void {
    if (fitsCrate(drafts, queueDelaySeconds)) {
      this.#addCrate(drafts, now);
      return;
    }
    for (const draft of drafts) {
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

  #addCrate(drafts: readonly Draft[], now: number): void {
    const first = this.#nextSeq;
    const crate = new Crate(drafts, first, now);
    this.#messages.addCrate(crate, first);
    this.#bytes += crate.totalBytes;
    this.#nextSeq += crate.size;
    this.#recorder.putAll(function* () {
      for (let seq = first; seq < first + crate.size; seq += 1) yield crate.take(seq);
    });
  }

  #insert(message: QueuedMessage): void {
    this.#messages.add(message);
    this.#bytes += message.bytes;
    this.#nextSeq = message.seq + 1;
    if (message.dueAt > message.arrivedAt) this.#due.push({ at: message.dueAt, seq: message.seq });
  }

  /** Let time pass: old messages go, leases end. Returns those that ran out of retries, no longer in the queue. */
  settle(now: number, expiry: Expiry): QueuedMessage[] {
    for (let oldest = this.#messages.oldest(); oldest; oldest = this.#messages.oldest()) {
      if (oldest.arrivedAt + expiry.retentionMs > now) break;
      this.remove(oldest.seq);
    }
    const dead: QueuedMessage[] = [];
    for (let due = this.#due.peek(); due && due.at <= now; due = this.#due.peek()) {
      this.#due.pop();
      const message = this.#messages.get(due.seq);
      if (message === undefined || message.dueAt !== due.at) continue;
      if (message.leased && isSpent(message, expiry)) {
        this.remove(message.seq);
        dead.push(message);
        continue;
      }
      message.leased = false;
      this.#recorder.put(message);
      this.#again.push(message.seq);
    }
    return dead;
  }

  /** Hand out up to `count` messages until `now + visibilityMs`. Settle first. */
  lease(count: number, visibilityMs: number, now: number): QueuedMessage[] {
    const taken: QueuedMessage[] = [];
    while (taken.length < count) {
      const message = this.#nextReady(now);
      if (message === undefined) break;
      message.leased = true;
      message.attempts += 1;
      message.dueAt = now + visibilityMs;
      this.#due.push({ at: message.dueAt, seq: message.seq });
      this.#recorder.put(message);
      taken.push(message);
    }
    return taken;
  }

  /** The oldest that is ready, of those in the heap and those that the cursor comes to. */
  #nextReady(now: number): QueuedMessage | undefined {
    while (this.#again.length > 0 && !this.#isReady(this.#again.peek(), now)) this.#again.pop();
    while (this.#cursor < this.#nextSeq && !this.#isReady(this.#cursor, now)) this.#cursor += 1;
    const returned = this.#again.peek();
    if (returned !== undefined && returned <= this.#cursor) return this.#messages.get(returned);
    return this.#messages.get(this.#cursor);
  }

  #isReady(seq: number | undefined, now: number): boolean {
    const message = seq === undefined ? undefined : this.#messages.get(seq);
    return message !== undefined && stateOf(message, now) === "ready";
  }

  /** The message of a lease that still holds. */
  leased(seq: number, attempts: number): QueuedMessage | undefined {
    const message = this.#messages.get(seq);
    return message?.leased && message.attempts === attempts ? message : undefined;
  }

  /** The message of the last lease on it, which has ended. */
  onceLeased(seq: number, attempts: number): QueuedMessage | undefined {
    const message = this.#messages.get(seq);
    return message !== undefined && !message.leased && attempts > 0 && message.attempts === attempts
      ? message
      : undefined;
  }

  /** End a lease unacknowledged. Returns false when the message ran out of retries and left the queue. */
  giveBack(message: QueuedMessage, delaySeconds: number, now: number, expiry: Expiry): boolean {
    if (isSpent(message, expiry)) {
      this.remove(message.seq);
      return false;
    }
    message.leased = false;
    message.dueAt = now + delaySeconds * 1000;
    if (delaySeconds > 0) this.#due.push({ at: message.dueAt, seq: message.seq });
    else this.#again.push(message.seq);
    this.#recorder.put(message);
    return true;
  }

  /** Undo a lease, as if the message had not been delivered. */
  handBack(message: QueuedMessage, now: number): void {
    message.leased = false;
    message.attempts -= 1;
    message.dueAt = now;
    this.#again.push(message.seq);
    this.#recorder.put(message);
  }

  /** When a delay or a lease ends next. Sometimes too early: of a message that has gone, or is due later by now. */
  nextDueAt(): number | undefined {
    return this.#due.peek()?.at;
  }

  extend(message: QueuedMessage, visibilityMs: number, now: number): void {
    message.dueAt = now + visibilityMs;
    this.#due.push({ at: message.dueAt, seq: message.seq });
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

  /** Messages that ever came in. */
  get total(): number {
    return this.#nextSeq;
  }

  /** In order of arrival. */
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

export function stateOf(message: QueuedMessage, now: number): MessageState {
  if (message.leased) return "leased";
  return message.dueAt > now ? "delayed" : "ready";
}

/** The first delivery is no retry. */
function isSpent(message: QueuedMessage, expiry: Expiry): boolean {
  return expiry.maxRetries !== undefined && message.attempts > expiry.maxRetries;
}
