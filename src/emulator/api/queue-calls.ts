import type { Queue } from "../broker/broker.ts";
import type { QueueSettings } from "../broker/types.ts";
import { limits } from "../limits.ts";
import type { Call } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { isObject, type JsonObject, mismatch, parseObject } from "./json.ts";

const jurisdictions = ["eu", "us", "fedramp"];

export function listQueues({ broker, request }: Call): Outcome {
  const names = request.url.searchParams.getAll("name");
  const all = broker.queues().filter((queue) => names.length === 0 || names.includes(queue.name));
  const page = Math.max(1, Math.trunc(Number(request.url.searchParams.get("page") ?? 1)) || 1);
  const perPage = limits.pageSize;
  const shown = all.slice((page - 1) * perPage, page * perPage);
  return {
    result: shown.map(queueView),
    resultInfo: {
      count: shown.length,
      page,
      per_page: perPage,
      total_count: all.length,
      total_pages: Math.ceil(all.length / perPage),
    },
  };
}

export function createQueue({ broker, request }: Call): Outcome {
  const body = parseObject(request.body);
  const { queue_name: name, jurisdiction } = body;
  if (typeof name !== "string") throw mismatch("/queue_name", "must be a string");
  if (jurisdiction !== undefined && !(typeof jurisdiction === "string" && jurisdictions.includes(jurisdiction))) {
    throw mismatch("/jurisdiction", `must be one of ${jurisdictions.join(", ")}`);
  }
  return { result: queueView(broker.create({ name, ...(typeof jurisdiction === "string" && { jurisdiction }) })) };
}

export function getQueue({ queue }: Call<Queue>): Outcome {
  return { result: queueView(queue) };
}

/** PUT and PATCH: what the body leaves out stays as it is. */
export function changeQueue({ broker, queue, request }: Call<Queue>): Outcome {
  const body = parseObject(request.body);
  const { queue_name: name, settings = {} } = body;
  if (name !== undefined && typeof name !== "string") throw mismatch("/queue_name", "must be a string");
  if (!isObject(settings)) throw mismatch("/settings", "must be an object");
  const changed = { ...queue.settings, ...readSettings(settings) };
  if (name !== undefined) broker.rename(queue, name);
  queue.settings = changed;
  queue.modifiedAt = broker.clock.now();
  return { result: queueView(queue) };
}

export function deleteQueue({ broker, queue }: Call<Queue>): Outcome {
  broker.delete(queue);
  return {};
}

function readSettings(settings: JsonObject): Partial<QueueSettings> {
  const { delivery_delay: delay, delivery_paused: paused, message_retention_period: retention } = settings;
  const { min, max } = limits.retentionSeconds;
  if (paused !== undefined && typeof paused !== "boolean") {
    throw mismatch("/settings/delivery_paused", "must be true or false");
  }
  return {
    ...(delay !== undefined && { deliveryDelay: wholeNumber(delay, "delivery_delay", 0, limits.delaySeconds) }),
    ...(paused !== undefined && { deliveryPaused: paused }),
    ...(retention !== undefined && {
      retentionPeriod: wholeNumber(retention, "message_retention_period", min, max),
    }),
  };
}

function wholeNumber(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw mismatch(`/settings/${name}`, `must be a whole number from ${min} to ${max}`);
  }
  return value;
}

function queueView(queue: Queue): JsonObject {
  return {
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: new Date(queue.createdAt).toISOString(),
    modified_on: new Date(queue.modifiedAt).toISOString(),
    producers: [],
    producers_total_count: 0,
    consumers: [],
    consumers_total_count: 0,
    settings: {
      delivery_delay: queue.settings.deliveryDelay,
      delivery_paused: queue.settings.deliveryPaused,
      message_retention_period: queue.settings.retentionPeriod,
    },
    ...(queue.jurisdiction !== undefined && { jurisdiction: queue.jurisdiction }),
  };
}
