import type { EncodedMessage, Message } from "../types.ts";

/**
 * A message serialized once and measured once, for packing and for the wire.
 *
 * @param label what people know it by
 */
export function encodeMessage(message: Message, index: number, label = formatLabel(message.id, index)): EncodedMessage {
  const bodyJson = message.json ?? JSON.stringify(message.body);
  return {
    index,
    label,
    bodyJson,
    bytes: countBodyBytes(message, bodyJson),
    contentType: message.contentType,
    delaySeconds: message.delaySeconds,
    ...(message.secretValues !== undefined && { secretValues: message.secretValues }),
  };
}

/**
 * What people know a message by: its id, or `#` and its number from 1. An id that looks like that, or like a range of numbers,
 * stands in quotation marks, as JSON has it.
 */
export function formatLabel(id: string | undefined, index: number): string {
  if (id === undefined) return `#${index + 1}`;
  return /^["#]/.test(id) ? JSON.stringify(id) : id;
}

/** UTF-8 bytes that the API counts for a body: of the text itself, or of its JSON. */
export function countBodyBytes(
  message: Pick<Message, "body" | "json" | "contentType">,
  bodyJson = message.json ?? JSON.stringify(message.body),
): number {
  const counted = message.contentType === "text" && typeof message.body === "string" ? message.body : bodyJson;
  return Buffer.byteLength(counted, "utf8");
}
