import { isObject, parseObject, typeMismatch } from "../api/json.ts";
import { readBatch } from "../api/push-body.ts";
import type { IncomingMessage } from "../broker/types.ts";

/**
 * Reads a batch as the runtime's queue binding sends it: bodies in base64, names in camel case. The queue's limits are those of
 * the API.
 *
 * @throws ApiError 10013, 10202 to 10208
 */
export function readBindingBatch(body: Buffer, maxDelaySeconds: number): IncomingMessage[] {
  const { messages } = parseObject(body);
  if (!Array.isArray(messages)) throw typeMismatch("/messages", "must be an array");
  const texts = messages.map((message: unknown, index) => toApiMessage(message, `/messages/${index}`));
  return readBatch(Buffer.from(`{"messages":[${texts.join(",")}]}`), maxDelaySeconds);
}

/** Returns the JSON of the message in the API's form. The text of a JSON body is kept unchanged. */
function toApiMessage(message: unknown, pointer: string): string {
  if (!isObject(message) || typeof message.body !== "string") throw typeMismatch(`${pointer}/body`, "must be base64");
  const text = Buffer.from(message.body, "base64").toString();
  // Messages of the types `bytes` and `v8` exist only inside Workers; the emulator refuses them as the API does.
  const contentType = message.contentType ?? "v8";
  const body = contentType === "json" ? text : JSON.stringify(text);
  const delay = message.delaySecs === undefined ? "" : `,"delay_seconds":${JSON.stringify(message.delaySecs)}`;
  return `{"body":${body},"content_type":${JSON.stringify(contentType)}${delay}}`;
}
