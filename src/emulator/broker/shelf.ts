import type { QueuedMessage } from "./types.ts";

/** Holes at the front before they are cut off: few enough to hold, many enough to make the cut rare. */
const cutAfter = 1_024;

/** Messages by their place in the order of arrival. An array, as a map of a million grows too slowly. */
export class Shelf {
  #slots: (QueuedMessage | undefined)[] = [];
  /** Place of the first slot. */
  #first = 0;
  /** Slots before the first message that is there. */
  #holes = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(seq: number): QueuedMessage | undefined {
    return this.#slots[seq - this.#first];
  }

  /** Messages come in ascending order; places may be left out. */
  add(message: QueuedMessage): void {
    if (this.#size === 0) this.#startAt(message.seq);
    while (this.#slots.length < message.seq - this.#first) this.#slots.push(undefined);
    this.#slots.push(message);
    this.#size += 1;
  }

  delete(message: QueuedMessage): void {
    this.#slots[message.seq - this.#first] = undefined;
    this.#size -= 1;
    if (this.#size === 0) this.#startAt(message.seq + 1);
  }

  clear(): void {
    this.#size = 0;
    this.#startAt(this.#first + this.#slots.length);
  }

  /** The one that came first. */
  oldest(): QueuedMessage | undefined {
    if (this.#size === 0) return undefined;
    while (this.#slots[this.#holes] === undefined) this.#holes += 1;
    const oldest = this.#slots[this.#holes];
    if (this.#holes >= cutAfter && this.#holes * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#holes);
      this.#first += this.#holes;
      this.#holes = 0;
    }
    return oldest;
  }

  *all(): Generator<QueuedMessage> {
    for (const message of this.#slots) if (message !== undefined) yield message;
  }

  #startAt(seq: number): void {
    this.#slots = [];
    this.#first = seq;
    this.#holes = 0;
  }
}
