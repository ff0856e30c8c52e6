import { newId } from "../broker/broker.ts";
import type { Consumer } from "../broker/types.ts";
import { ApiError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { ConsumerCall, QueueCall } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { type Part, parseObject, readInteger, readOneOf, readPart, readString, required } from "./json.ts";
import { page } from "./paging.ts";
import { consumerView } from "./views.ts";

/** Settings of consumers, from the API's description. Delays are seconds. */
const consumerLimits = {
  worker: { batchSize: { max: 100, default: 10 }, maxWaitTimeMs: { max: 60_000, default: 5_000 }, maxConcurrency: 250 },
  pull: { batchSize: { max: limits.pullMessages.max, default: limits.pullMessages.default } },
} as const;

export function listConsumers({ queue, request }: QueueCall): Outcome {
  const consumers = queue.consumer === undefined ? [] : [queue.consumer];
  return page(consumers, request.url, (consumer) => consumerView(queue, consumer));
}

export function createConsumer(call: QueueCall): Outcome {
  if (call.queue.consumer !== undefined) throw new ApiError(11004);
  return attach(call, newId());
}

export function getConsumer({ queue, consumerId }: ConsumerCall): Outcome {
  return { result: consumerView(queue, existing({ queue, consumerId })) };
}

/** "Replaces a Queue consumer, or creates it if it does not exist." */
export function replaceConsumer(call: ConsumerCall): Outcome {
  if (call.queue.consumer !== undefined && call.queue.consumer.id !== call.consumerId) throw new ApiError(11004);
  return attach(call, call.consumerId);
}

export function deleteConsumer({ broker, queue, consumerId }: ConsumerCall): Outcome {
  existing({ queue, consumerId });
  broker.attach(queue, undefined);
  return {};
}

function existing({ queue, consumerId }: Pick<ConsumerCall, "queue" | "consumerId">): Consumer {
  if (queue.consumer?.id !== consumerId) throw new ApiError(11006);
  return queue.consumer;
}

function attach({ broker, queue, request, variants }: QueueCall, id: string): Outcome {
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const settings = readPart(body, "settings");
  const type = required(body, "type", readOneOf(body, "type", ["worker", "http_pull"]));
  const deadLetterQueue = readString(body, "dead_letter_queue") || undefined;
  if (deadLetterQueue !== undefined && broker.byName(deadLetterQueue) === undefined) {
    throw new ApiError(11000, {
      message: `Queue not found: the dead letter queue ${deadLetterQueue}`,
      pointer: "/dead_letter_queue",
    });
  }
  const common = {
    id,
    createdAt: queue.consumer?.id === id ? queue.consumer.createdAt : broker.clock.now(),
    deadLetterQueue,
    maxRetries: readInteger(settings, "max_retries", 0, limits.maxRetries.max) ?? limits.maxRetries.default,
    retryDelay: readInteger(settings, "retry_delay", 0, variants.maxDelaySeconds) ?? 0,
  };
  const consumer: Consumer =
    type === "worker" ? { ...common, type, ...readWorker(body, settings) } : { ...common, type, ...readPull(settings) };
  broker.attach(queue, consumer);
  return { result: consumerView(queue, consumer) };
}

function readWorker(body: Part, settings: Part) {
  const { batchSize, maxWaitTimeMs, maxConcurrency } = consumerLimits.worker;
  return {
    scriptName: required(body, "script_name", readString(body, "script_name")),
    batchSize: readInteger(settings, "batch_size", 1, batchSize.max) ?? batchSize.default,
    maxWaitTimeMs: readInteger(settings, "max_wait_time_ms", 0, maxWaitTimeMs.max) ?? maxWaitTimeMs.default,
    maxConcurrency:
      settings.value.max_concurrency === null
        ? null
        : (readInteger(settings, "max_concurrency", 1, maxConcurrency) ?? null),
  };
}

function readPull(settings: Part) {
  const { batchSize } = consumerLimits.pull;
  const { max, default: visibility } = limits.visibilityMs;
  return {
    batchSize: readInteger(settings, "batch_size", 1, batchSize.max) ?? batchSize.default,
    visibilityTimeoutMs: readInteger(settings, "visibility_timeout_ms", 0, max) ?? visibility,
  };
}
