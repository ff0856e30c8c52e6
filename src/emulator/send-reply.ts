import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiResponse } from "./api/http.ts";
import type { Reply } from "./request-pipeline.ts";

/** Sends an answer that is not a stream, or cuts the connection. */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.kind === "answer") return send(response, reply.answer);
  if (reply.answer === undefined) response.socket?.destroy();
  else await sendTruncated(response, reply.answer);
}

/** Sends an answer at once. */
export function send(response: ServerResponse, { status, headers, body }: ApiResponse): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** The minimum interval between events; changes in between are combined. */
const eventPauseMs = 100;

/** Sends an answer and the events that follow it, until the caller is gone or the emulator stops. */
export async function sendStream(
  response: ServerResponse,
  { status, headers, body }: ApiResponse,
  stream: NonNullable<ApiResponse["stream"]>,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  response.writeHead(status, headers);
  response.write(body);
  try {
    for await (const piece of stream(signal)) {
      if (!response.write(piece)) await once(response, "drain", { signal });
      await sleep(eventPauseMs, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  response.end();
}

async function sendTruncated(response: ServerResponse, { status, headers, body }: ApiResponse): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  await new Promise<void>((resolve) => response.write(bytes.subarray(0, bytes.length / 2), () => resolve()));
  response.destroy();
}
