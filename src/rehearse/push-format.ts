import { encodePushRequest } from "../cloudflare/encode-request.ts";
import { parseObject } from "../emulator/api/json.ts";
import { readBatch, readMessage } from "../emulator/api/push-body.ts";
import type { IncomingMessage } from "../emulator/broker/types.ts";
import { limits } from "../emulator/limits.ts";
import type { Batch } from "../types.ts";

/**
 * Encodes a batch as `up` sends it, and decodes it as the emulator's API does, so that the consumer receives it as sent over the
 * wire.
 *
 * @throws ApiError of the emulator if the API would reject the request
 */
export function encodeAndDecode(batch: Batch): readonly IncomingMessage[] {
  const { path, text } = encodePushRequest(batch);
  const body = Buffer.from(text);
  return path === "messages"
    ? [readMessage(parseObject(body), limits.delaySeconds)]
    : readBatch(body, limits.delaySeconds);
}
