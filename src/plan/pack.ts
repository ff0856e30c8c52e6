import { limits } from "../limits.ts";
import type { Batch, Parcel } from "../types.ts";

/**
 * Packs parcels into batches in their order: each as full as the API's limits on count and bytes allow. Next-fit keeps
 * the order, and for messages far smaller than a batch it needs hardly more requests than the bytes alone would.
 *
 * @throws RangeError for a parcel over the limit of one message, which the manifest's checks refuse before.
 */
export function* pack(parcels: Iterable<Parcel>): Generator<Batch> {
  let batch: Parcel[] = [];
  let room: number = limits.batchBytes;
  for (const parcel of parcels) {
    if (parcel.bytes > limits.messageBytes) {
      throw new RangeError(`message ${parcel.label} has ${parcel.bytes} bytes, more than ${limits.messageBytes}`);
    }
    const needed = parcel.bytes + limits.messageOverheadBytes;
    if (batch.length > 0 && (batch.length === limits.batchMessages || needed > room)) {
      yield batch;
      batch = [];
      room = limits.batchBytes;
    }
    batch.push(parcel);
    room -= needed;
  }
  if (batch.length > 0) yield batch;
}
