import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Api } from "../api/handler.ts";
import type { ApiResponse } from "../api/http.ts";
import { isObject, parseObject, typeMismatch } from "../api/json.ts";
import { readBatch } from "../api/push-body.ts";
import type { IncomingMessage as QueuedMessage } from "../broker/types.ts";
import { ApiError, apiErrors } from "../errors.ts";
import type { RequestPipeline } from "../request-pipeline.ts";
import { sendReply } from "../send-reply.ts";

/** The headers that the runtime adds to the requests of a queue's binding. */
export const bindingHeaders = { queue: "x-emulator-queue", secret: "x-emulator-secret" } as const;

/** Longer than the runtime keeps an idle connection, so that none is closed while a request is in transit. */
const keepAliveMs = 120_000;

/**
 * Starts the service behind the queue bindings of a Worker: it puts their batches into the emulator's queues.
 *
 * A binding uses neither the API's routes nor its request limit. It sends `POST /batch`, and expects status 200 with the
 * metrics in camel case, or any other status with the queue's error code in a header.
 *
 * @param secret that requests must contain, so that no other program of this machine can push without credentials
 */
export async function startBindingServer(
  api: Api,
  traffic: RequestPipeline,
  secret: string,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (incoming, response) => {
    serve(incoming)
      .then((reply) => sendReply(response, reply))
      .catch(() => response.destroy());
  });
  const serve = async (incoming: IncomingMessage) => {
    const body = await buffer(incoming);
    const queue = api.broker.byName(String(incoming.headers[bindingHeaders.queue]));
    return traffic.pass({
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      route: "binding",
      queue,
      refuse,
      answer: () => {
        try {
          if (!isEqual(String(incoming.headers[bindingHeaders.secret]), secret)) throw new ApiError(10106);
          if (queue === undefined) throw new ApiError(10104);
          if (incoming.method !== "POST" || incoming.url !== "/batch") throw new ApiError(7003);
          const messages = readBindingBatch(body, api.variants.maxDelaySeconds);
          const { backlogCount, backlogBytes, oldestArrivedAt } = api.broker.push(queue, messages);
          // Before the answer is sent: accepted messages must survive a crash.
          api.broker.commit();
          const metrics = { backlogCount, backlogBytes, oldestMessageTimestamp: oldestArrivedAt };
          return json(200, api.variants.pushResult === "metrics" ? { metadata: { metrics } } : {}, messages.length);
        } catch (error) {
          if (error instanceof ApiError) return refuse(error);
          console.error(error);
          return refuse(new ApiError(15000));
        }
      },
    });
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

function refuse(error: ApiError): ApiResponse {
  const { code, details } = error;
  return {
    status: details.status ?? apiErrors[code].status,
    code,
    headers: { "cf-queues-error-code": String(code), "cf-queues-error-cause": error.message },
    body: "",
  };
}

function json(status: number, value: unknown, accepted: number): ApiResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value), accepted };
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/**
 * Reads a batch as the runtime's queue binding sends it: bodies in base64, names in camel case. The queue's limits are those of
 * the API.
 *
 * @throws ApiError 10013, 10202 to 10208
 */
function readBindingBatch(body: Buffer, maxDelaySeconds: number): QueuedMessage[] {
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
