import { MessageBlock } from "./message-block.ts";
import type { QueuedMessage } from "./types.ts";

/** Number of empty leading slots that triggers compaction. */
const compactAfter = 1_024;

/** Messages by their position in the order of arrival. An array, because a map of a million entries grows too slowly. */
export class MessageList {
  /** A block occupies the slot of each of its messages until that message is accessed. */
  #slots: (QueuedMessage | MessageBlock | undefined)[] = [];
  /** The `seq` of the first slot. */
  #first = 0;
  /** The number of empty leading slots. */
  #holes = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(seq: number): QueuedMessage | undefined {
    const slot = this.#slots[seq - this.#first];
    if (!(slot instanceof MessageBlock)) return slot;
    const message = slot.take(seq);
    this.#slots[seq - this.#first] = message;
    return message;
  }

  /** Adds a block. @param seq of its first message, above all existing ones */
  addBlock(block: MessageBlock, seq: number): void {
    this.#makeRoom(seq);
    for (let count = block.size; count > 0; count -= 1) this.#slots.push(block);
    this.#size += block.size;
  }

  /** Adds a message. Messages must be added in ascending order; gaps are allowed. */
  add(message: QueuedMessage): void {
    this.#makeRoom(message.seq);
    this.#slots.push(message);
    this.#size += 1;
  }

  /** Makes `seq` the next slot. */
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

  /** Returns the message that arrived first. */
  oldest(): QueuedMessage | undefined {
    if (this.#size === 0) return undefined;
    while (this.#slots[this.#holes] === undefined) this.#holes += 1;
    const oldest = this.get(this.#first + this.#holes);
    if (this.#holes >= compactAfter && this.#holes * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#holes);
      this.#first += this.#holes;
      this.#holes = 0;
    }
    return oldest;
  }

  *all(): Generator<QueuedMessage> {
    const first = this.#first;
    for (const [index, slot] of this.#slots.entries()) {
      // Messages of a block are yielded without being extracted, so that reading a million of them needs no memory.
      if (slot !== undefined) yield slot instanceof MessageBlock ? slot.take(first + index) : slot;
    }
  }

  #startAt(seq: number): void {
    this.#slots = [];
    this.#first = seq;
    this.#holes = 0;
  }
}
