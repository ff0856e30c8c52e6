import type { Broker } from "../broker/broker.ts";
import type { Queue } from "../broker/queue.ts";
import { newId } from "../broker/queue-id.ts";
import type { Consumer } from "../broker/types.ts";
import { ApiError } from "../errors.ts";
import type { ConsumerCall, QueueCall, ScriptCall } from "./call.ts";
import { readPullSettings, readWorkerSettings, workerDefaults } from "./consumer-settings.ts";
import type { Outcome } from "./envelope.ts";
import { type Part, parseObject, present, readOneOf, readPart, readString, required } from "./json.ts";
import { paginate } from "./paging.ts";
import { consumerView } from "./views.ts";

export function listConsumers({ queue, request }: QueueCall): Outcome {
  const consumers = queue.consumer === undefined ? [] : [queue.consumer];
  return paginate(consumers, request.url, (consumer) => consumerView(queue, consumer));
}

/** Lists the queues that a Worker consumes. Not in the API's description; found in programs that call it. */
export function listConsumersOfScript({ broker, scriptName, request }: ScriptCall): Outcome {
  const found = broker.queues().flatMap((queue) => {
    const { consumer } = queue;
    return consumer?.type === "worker" && consumer.scriptName === scriptName ? [{ queue, consumer }] : [];
  });
  return paginate(found, request.url, ({ queue, consumer }) => ({
    ...consumerView(queue, consumer),
    queue_id: queue.id,
  }));
}

export function createConsumer(call: QueueCall): Outcome {
  if (call.queue.consumer !== undefined) throw new ApiError(11004);
  return attach(call, newId());
}

export function getConsumer({ queue, consumerId }: ConsumerCall): Outcome {
  return { result: consumerView(queue, existing({ queue, consumerId })) };
}

/** Implements: "Replaces a Queue consumer, or creates it if it does not exist." */
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
  const common = {
    id,
    createdAt: queue.consumer?.id === id ? queue.consumer.createdAt : broker.clock.now(),
    deadLetterQueue,
  };
  const { maxDelaySeconds } = variants;
  const consumer: Consumer =
    type === "worker"
      ? {
          ...common,
          type,
          scriptName: required(body, "script_name", readString(body, "script_name")),
          ...workerDefaults,
          ...readWorkerSettings(settings, maxDelaySeconds),
        }
      : { ...common, type, ...readPullSettings(settings, maxDelaySeconds) };
  // After all checks that can refuse the call, because it may create a queue.
  if (deadLetterQueue !== undefined) ensureDeadLetterQueue(broker, queue, deadLetterQueue);
  broker.attach(queue, consumer);
  return { result: consumerView(queue, consumer) };
}

/**
 * Creates a missing dead letter queue, in the jurisdiction of its queue.
 *
 * Source: https://developers.cloudflare.com/queues/reference/data-location/
 *
 * @throws ApiError 11003 if the name is not valid for a queue, 10026 if it exists in another jurisdiction
 */
function ensureDeadLetterQueue(broker: Broker, { jurisdiction }: Queue, name: string): void {
  const found = broker.byName(name);
  if (found === undefined) broker.create({ name, ...present("jurisdiction", jurisdiction) });
  else if (found.jurisdiction !== jurisdiction) {
    throw new ApiError(10026, {
      message: `Request body is malformed: the dead letter queue ${name} is in another jurisdiction`,
      pointer: "/dead_letter_queue",
    });
  }
}
