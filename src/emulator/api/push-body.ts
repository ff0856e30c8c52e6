import type { IncomingMessage } from "../broker/types.ts";
import { ApiError, type ApiErrorCode } from "../errors.ts";
import { limits } from "../limits.ts";
import { isObject, type JsonObject, parseOptionalObject, typeMismatch } from "./json.ts";

/** Reads the message of a push. @throws ApiError 10203, 10204, 10207, 10208 */
export function readMessage(value: JsonObject, maxDelaySeconds: number): IncomingMessage {
  return checkSize(toMessage(value, "", maxDelaySeconds), "");
}

/**
 * Reads the messages of a batch. One invalid message makes the whole batch invalid.
 *
 * @throws ApiError 10013, 10202 to 10208
 */
export function readBatch(body: Buffer, maxDelaySeconds: number): IncomingMessage[] {
  const messages = readMessages(parseOptionalObject(body), maxDelaySeconds);
  messages.forEach((message, index) => {
    checkSize(message, `/messages/${index}`);
  });
  const bytes = messages.reduce((sum, message) => sum + message.bytes + limits.metadataBytes, 0);
  if (bytes > limits.batchBytes) {
    throw new ApiError(10205, {
      message: `Batch size out of bounds: ${bytes} bytes with metadata, at most ${limits.batchBytes}`,
      pointer: "/messages",
    });
  }
  return messages;
}

/** @throws ApiError 10013, 10202, 10203, 10206 to 10208 */
function readMessages(value: JsonObject, maxDelaySeconds: number): IncomingMessage[] {
  const { messages = [] } = value;
  if (!Array.isArray(messages)) throw typeMismatch("/messages", "must be an array");
  if (messages.length === 0) {
    throw new ApiError(10013, { message: "Batch is empty or invalid: it has no messages", pointer: "/messages" });
  }
  if (messages.length > limits.batchMessages) {
    throw new ApiError(10206, {
      message: `Batch count out of bounds: ${messages.length} messages, at most ${limits.batchMessages}`,
      pointer: "/messages",
    });
  }
  const batchDelay = readDelay(value, "", 10202, maxDelaySeconds);
  return messages.map((message: unknown, index) => {
    const pointer = `/messages/${index}`;
    if (!isObject(message)) throw typeMismatch(pointer, "must be an object");
    return toMessage(message, pointer, maxDelaySeconds, batchDelay);
  });
}

function toMessage(
  message: JsonObject,
  pointer: string,
  maxDelaySeconds: number,
  batchDelay?: number,
): IncomingMessage {
  const { content_type: contentType = "json", body } = message;
  if (body === undefined) throw typeMismatch(`${pointer}/body`, "is missing");
  if (contentType !== "json" && contentType !== "text") {
    throw new ApiError(10203, {
      message: "Invalid message metadata: content_type must be json or text",
      pointer: `${pointer}/content_type`,
    });
  }
  const delaySeconds = readDelay(message, pointer, 10203, maxDelaySeconds) ?? batchDelay;
  const text = contentType === "text" ? readText(body, pointer) : readJson(body, pointer);
  return { text, bytes: Buffer.byteLength(text), contentType, delaySeconds };
}

function readText(body: unknown, pointer: string): string {
  if (typeof body !== "string") throw typeMismatch(`${pointer}/body`, "must be a string, as content_type is text");
  if (!body.isWellFormed()) throw notUnicode(pointer);
  return body;
}

/** The escape of a lone surrogate, the only one that JSON.stringify writes like this, without an escaped backslash in front. */
const loneSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

function readJson(body: unknown, pointer: string): string {
  const text = JSON.stringify(body);
  if (text.includes("\\ud") && loneSurrogate.test(text)) throw notUnicode(pointer);
  return text;
}

function notUnicode(pointer: string): ApiError {
  return new ApiError(10208, {
    message: "Request body is not valid JSON: half a surrogate pair",
    pointer: `${pointer}/body`,
  });
}

function readDelay(
  value: JsonObject,
  pointer: string,
  code: ApiErrorCode & (10202 | 10203),
  maxSeconds: number,
): number | undefined {
  const delay = value.delay_seconds;
  if (delay === undefined) return undefined;
  if (typeof delay !== "number" || !Number.isInteger(delay) || delay < 0 || delay > maxSeconds) {
    throw new ApiError(code, {
      message: `Invalid ${code === 10202 ? "batch" : "message"} delay: whole seconds from 0 to ${maxSeconds}`,
      pointer: `${pointer}/delay_seconds`,
    });
  }
  return delay;
}

function checkSize(message: IncomingMessage, pointer: string): IncomingMessage {
  const bytes = message.bytes + limits.metadataBytes;
  if (bytes > limits.messageBytes) {
    throw new ApiError(10204, {
      message: `Message size out of bounds: ${bytes} bytes with metadata, at most ${limits.messageBytes}`,
      pointer: `${pointer}/body`,
    });
  }
  return message;
}
