import { limits } from "../limits.ts";
import type { Batch, EncodedMessage } from "../types.ts";

/**
 * Packs messages into batches in their order, each as full as the API's limits on count and bytes allow. Next-fit keeps the
 * order, and for messages far smaller than a batch it needs few more requests than the minimum. The messages arrive in groups, so
 * that a long source is never in memory as a whole.
 *
 * @throws RangeError for a message over the limit, which the manifest's checks refuse earlier
 */
export async function* packBatchStream(groups: AsyncIterable<readonly EncodedMessage[]>): AsyncGenerator<Batch> {
  const packer = new Packer();
  for await (const group of groups) {
    for (const encoded of group) {
      const full = packer.add(encoded);
      if (full) yield full;
    }
  }
  const rest = packer.rest();
  if (rest) yield rest;
}

/** Returns the number of batches that messages are packed into. @throws RangeError for a message over the limit */
export function countBatches(messages: Iterable<EncodedMessage>): number {
  const packer = new Packer();
  let batches = 0;
  for (const encoded of messages) if (packer.add(encoded)) batches += 1;
  return packer.rest() ? batches + 1 : batches;
}

class Packer {
  #batch: EncodedMessage[] = [];
  #room: number = limits.batchBytes;

  /** Adds a message. @returns the previous batch if the message no longer fitted into it */
  add(encoded: EncodedMessage): Batch | undefined {
    if (encoded.bytes > limits.messageBytes) {
      throw new RangeError(`message ${encoded.label} has ${encoded.bytes} bytes, more than ${limits.messageBytes}`);
    }
    const needed = encoded.bytes + limits.messageOverheadBytes;
    const fits = this.#batch.length < limits.batchMessages && needed <= this.#room;
    const full = fits || this.#batch.length === 0 ? undefined : this.rest();
    this.#batch.push(encoded);
    this.#room -= needed;
    return full;
  }

  /** @returns the last batch, or undefined if it is empty */
  rest(): Batch | undefined {
    const batch = this.#batch;
    this.#batch = [];
    this.#room = limits.batchBytes;
    return batch.length > 0 ? batch : undefined;
  }
}
