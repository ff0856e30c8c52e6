import { encodePushRequest } from "../cloudflare/encode-request.ts";
import { parseObject } from "../emulator/api/json.ts";
import { readBatch, readMessage } from "../emulator/api/push-body.ts";
import type { IncomingMessage } from "../emulator/broker/types.ts";
import { limits } from "../emulator/limits.ts";
import type { Batch } from "../types.ts";

/**
 * Writes a batch as `up` sends it, and reads it as the emulator's API does: what the consumer gets has been on the wire.
 *
 * @throws ApiError of the emulator, for a request that the API would refuse
 */
export function overTheWire(batch: Batch): readonly IncomingMessage[] {
  const { path, text } = encodePushRequest(batch);
  const body = Buffer.from(text);
  return path === "messages"
    ? [readMessage(parseObject(body), limits.delaySeconds)]
    : readBatch(body, limits.delaySeconds);
}
