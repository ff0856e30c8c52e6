import type { Batch, EncodedMessage } from "../types.ts";

/**
 * The text of a push. The bodies are taken as they were serialized and measured, so that what is sent is what was counted.
 * One message goes to the endpoint for one, more to its batch form.
 */
export function encodePushRequest(batch: Batch): { path: "messages" | "messages/batch"; text: string } {
  const [only] = batch;
  if (only !== undefined && batch.length === 1) return { path: "messages", text: encodeMessageJson(only) };
  return { path: "messages/batch", text: `{"messages":[${batch.map(encodeMessageJson).join(",")}]}` };
}

function encodeMessageJson({ bodyJson, contentType, delaySeconds }: EncodedMessage): string {
  const delay = delaySeconds === undefined ? "" : `,"delay_seconds":${delaySeconds}`;
  return `{"body":${bodyJson},"content_type":"${contentType}"${delay}}`;
}
