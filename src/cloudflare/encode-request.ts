import type { Batch, EncodedMessage } from "../types.ts";

/**
 * Builds the body of a push from the serialized and measured message bodies, so that exactly those bytes are sent. A single
 * message uses the endpoint for one message, several the batch endpoint.
 */
export function encodePushRequest(batch: Batch): { path: "messages" | "messages/batch"; text: string } {
  const [only] = batch;
  if (only !== undefined && batch.length === 1) return { path: "messages", text: encodeMessageJson(only) };
  return { path: "messages/batch", text: encodeBatch(batch) };
}

/** Builds the body of the batch endpoint, also for a single message. */
export function encodeBatch(batch: Batch): string {
  return `{"messages":[${batch.map(encodeMessageJson).join(",")}]}`;
}

function encodeMessageJson({ bodyJson, contentType, delaySeconds }: EncodedMessage): string {
  const delay = delaySeconds === undefined ? "" : `,"delay_seconds":${delaySeconds}`;
  return `{"body":${bodyJson},"content_type":"${contentType}"${delay}}`;
}
