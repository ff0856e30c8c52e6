import { Crate } from "./crate.ts";
import type { QueuedMessage } from "./types.ts";

/** Holes at the front before they are cut off: few enough to hold, many enough to make the cut rare. */
const cutAfter = 1_024;

/** Messages by their place in the order of arrival. An array, as a map of a million grows too slowly. */
export class Shelf {
  /** A crate stands in each of its messages' places, until one of them is wanted. */
  #slots: (QueuedMessage | Crate | undefined)[] = [];
  /** Place of the first slot. */
  #first = 0;
  /** Slots before the first message that is there. */
  #holes = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(seq: number): QueuedMessage | undefined {
    const slot = this.#slots[seq - this.#first];
    if (!(slot instanceof Crate)) return slot;
    const message = slot.take(seq);
    this.#slots[seq - this.#first] = message;
    return message;
  }

  /** @param seq of its first message, above all that are there */
  addCrate(crate: Crate, seq: number): void {
    this.#makeRoom(seq);
    for (let count = crate.size; count > 0; count -= 1) this.#slots.push(crate);
    this.#size += crate.size;
  }

  /** Messages come in ascending order; places may be left out. */
  add(message: QueuedMessage): void {
    this.#makeRoom(message.seq);
    this.#slots.push(message);
    this.#size += 1;
  }

  /** The next slot is that of `seq`. */
  #makeRoom(seq: number): void {
    if (this.#size === 0) this.#startAt(seq);
    while (this.#slots.length < seq - this.#first) this.#slots.push(undefined);
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
    const oldest = this.get(this.#first + this.#holes);
    if (this.#holes >= cutAfter && this.#holes * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#holes);
      this.#first += this.#holes;
      this.#holes = 0;
    }
    return oldest;
  }

  *all(): Generator<QueuedMessage> {
    const first = this.#first;
    for (const [index, slot] of this.#slots.entries()) {
      // Those of a crate are shown and left in it: to look at a million of them makes none of them stay.
      if (slot !== undefined) yield slot instanceof Crate ? slot.take(first + index) : slot;
    }
  }

  #startAt(seq: number): void {
    this.#slots = [];
    this.#first = seq;
    this.#holes = 0;
  }
}
