import { formatLabel } from "../labels.ts";
import type { EncodedMessage, JsonValue, Message, RowMessage, VerbatimMessage } from "../types.ts";

/**
 * Serializes and measures a message once, for packing and sending.
 *
 * @param label its name for display
 */
export function encodeMessage(
  message: RowMessage,
  index: number,
  label = formatLabel(message.id, index),
): EncodedMessage {
  const bodyJson = message.json ?? JSON.stringify(message.body);
  const { contentType, delaySeconds, secretValues } = message;
  const bytes = countBodyBytes(message, bodyJson);
  const encoded = { index, label, bodyJson, bytes, contentType, delaySeconds };
  return secretValues === undefined ? encoded : { ...encoded, secretValues };
}

/** Returns the UTF-8 bytes that the API counts for a body: those of the text, or of its JSON. */
export function countBodyBytes(
  message: Pick<Message, "body" | "json" | "contentType"> | VerbatimMessage,
  bodyJson = message.json ?? JSON.stringify(message.body),
): number {
  const counted = message.contentType === "text" && typeof message.body === "string" ? message.body : bodyJson;
  return Buffer.byteLength(counted, "utf8");
}

/** Returns the body of a message. That of a {@link VerbatimMessage} is parsed by each call. */
export function readBody(message: Pick<Message, "body"> | VerbatimMessage): JsonValue {
  return message.body === undefined ? JSON.parse(message.json) : message.body;
}
