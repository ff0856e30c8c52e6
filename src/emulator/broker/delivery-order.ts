import TinyQueue from "tinyqueue";
import { messageState } from "./message-state.ts";
import type { QueuedMessage } from "./types.ts";

/** The due time of a message in the heap; outdated if the message's own `dueAt` differs. */
interface DueEntry {
  readonly at: number;
  readonly seq: number;
}

/**
 * Finds the message to deliver next: the oldest one that is ready. A cursor finds messages that were neither delayed nor
 * delivered, so a million of them need one slot per message; only the others use the heaps.
 */
export class DeliveryOrder {
  readonly #find: (seq: number) => QueuedMessage | undefined;
  /** Delayed and leased messages, by time. */
  readonly #due = new TinyQueue<DueEntry>([], (a, b) => a.at - b.at || a.seq - b.seq);
  /** Messages whose delay or lease has ended, oldest first. May contain messages that were removed. */
  readonly #again = new TinyQueue<number>();
  /** No message at a lower position waits for its first delivery, except those in the heaps. */
  #cursor = 0;

  /** @param find returns the message at a position, undefined if it was removed */
  constructor(find: (seq: number) => QueuedMessage | undefined) {
    this.#find = find;
  }

  /** Sets the position of the oldest message. */
  startAt(seq: number): void {
    this.#cursor = seq;
  }

  /** Has a message wait for its `dueAt`. */
  postpone({ dueAt, seq }: QueuedMessage): void {
    this.#due.push({ at: dueAt, seq });
  }

  /** Makes a message ready again that was delayed or leased. */
  return({ seq }: QueuedMessage): void {
    this.#again.push(seq);
  }

  /** Removes and returns the next message whose delay or lease has ended; undefined if there is none. */
  takeDue(now: number): QueuedMessage | undefined {
    for (let due = this.#due.peek(); due && due.at <= now; due = this.#due.peek()) {
      this.#due.pop();
      const message = this.#find(due.seq);
      if (message?.dueAt === due.at) return message;
    }
    return undefined;
  }

  /** Returns when the next delay or lease ends. May be too early, for a message that was removed or postponed. */
  nextDueAt(): number | undefined {
    return this.#due.peek()?.at;
  }

  /** Returns the oldest ready message. @param end the position after the newest message */
  nextReady(now: number, end: number): QueuedMessage | undefined {
    while (this.#again.length > 0 && !this.#isReady(this.#again.peek(), now)) this.#again.pop();
    while (this.#cursor < end && !this.#isReady(this.#cursor, now)) this.#cursor += 1;
    const returned = this.#again.peek();
    return this.#find(returned !== undefined && returned <= this.#cursor ? returned : this.#cursor);
  }

  #isReady(seq: number | undefined, now: number): boolean {
    const message = seq === undefined ? undefined : this.#find(seq);
    return message !== undefined && messageState(message, now) === "ready";
  }
}
