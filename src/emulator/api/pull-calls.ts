import { acknowledge, extend, lease, peek, purgePreviewed, purgeRefs, type Retry } from "../broker/leases.ts";
import type { Queue } from "../broker/queue.ts";
import type { PullConsumer } from "../broker/types.ts";
import { ApiError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { ApiVariants, QueueCall } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { type Part, parseObject, parseOptionalObject, readInteger, readParts, readString, required } from "./json.ts";
import { metricsView, peekedView, previewedView, pulledView } from "./views.ts";

export function pullMessages({ broker, queue, request, variants }: QueueCall): Outcome {
  const consumer = pullConsumer(queue);
  // Source: https://developers.cloudflare.com/queues/configuration/pause-purge/
  if (queue.settings.deliveryPaused) throw new ApiError(10252, { status: 409, message: "queue_delivery_paused" });
  const body: Part = { value: parseOptionalObject(request.body), pointer: "" };
  const count = readCount(body) ?? consumer.batchSize;
  const messages = lease(broker, queue, count, readVisibility(body) ?? consumer.visibilityTimeoutMs);
  const metrics = metricsView(broker.metrics(queue));
  return {
    result: {
      message_backlog_count: metrics.backlog_count,
      messages: messages.map((message) => pulledView(queue, message, variants)),
      metadata: { metrics },
    },
  };
}

export function acknowledgeMessages({ broker, queue, request, variants }: QueueCall): Outcome {
  pullConsumer(queue);
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const acks = readParts(body, "acks").map(readLease);
  const retries = readRetries(body, variants);
  const lateAcks = variants.lateAck === "accepted";
  const { acknowledged, retried, warnings } = acknowledge(broker, queue, { acks, retries, lateAcks });
  return { result: { ackCount: acknowledged, retryCount: retried, warnings } };
}

export function extendLeases({ broker, queue, request }: QueueCall): Outcome {
  const consumer = pullConsumer(queue);
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const leases = readParts(body, "extend").map(readLease);
  const { extended, warnings } = extend(broker, queue, leases, readVisibility(body) ?? consumer.visibilityTimeoutMs);
  return { result: { extendCount: extended, warnings } };
}

export function peekMessages(call: QueueCall): Outcome {
  return show(call, peekedView);
}

/** Handles the older form of a peek, still in the API's description: its lease ids are references. */
export function previewMessages(call: QueueCall): Outcome {
  return show(call, previewedView);
}

function show({ broker, queue, request, variants }: QueueCall, view: typeof peekedView): Outcome {
  const body: Part = { value: parseOptionalObject(request.body), pointer: "" };
  const messages = peek(broker, queue, readCount(body) ?? limits.pullMessages.default);
  return { result: { messages: messages.map((message) => view(queue, message, variants)) } };
}

export function purgeMessages({ broker, queue, request }: QueueCall): Outcome {
  const body: Part = { value: parseObject(request.body), pointer: "" };
  required(body, "refs", body.value.refs);
  const refs = readParts(body, "refs").map((part) => required(part, "ref", readString(part, "ref")));
  return { result: { errors: [], warnings: purgeRefs(broker, queue, refs) } };
}

/** Deletes the acknowledged messages of a preview. Messages to retry were never leased, so they are unchanged. */
export function acknowledgePreviewed({ broker, queue, request, variants }: QueueCall): Outcome {
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const acks = readParts(body, "acks").map(readLease);
  readRetries(body, variants);
  return { result: { warnings: purgePreviewed(broker, queue, acks) } };
}

/** Returns the pull consumer, or throws 405 as clients report it; the code is not documented. */
function pullConsumer(queue: Queue): PullConsumer {
  if (queue.consumer?.type === "http_pull") return queue.consumer;
  throw new ApiError(10001, {
    status: 405,
    message: "HTTP pull is not enabled for this queue: add a consumer of type http_pull",
  });
}

function readCount(body: Part): number | undefined {
  return readInteger(body, "batch_size", 1, limits.pullMessages.max);
}

function readVisibility(body: Part): number | undefined {
  return readInteger(body, "visibility_timeout_ms", 0, limits.visibilityMs.max);
}

function readRetries(body: Part, { maxDelaySeconds }: ApiVariants): Retry[] {
  return readParts(body, "retries").map((part) => ({
    leaseId: readLease(part),
    delaySeconds: readInteger(part, "delay_seconds", 0, maxDelaySeconds),
  }));
}

function readLease(part: Part): string {
  return required(part, "lease_id", readString(part, "lease_id"));
}
