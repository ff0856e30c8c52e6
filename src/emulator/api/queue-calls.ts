import type { QueueSettings } from "../broker/types.ts";
import { limits } from "../limits.ts";
import type { ApiVariants, Call, QueueCall } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import {
  type Part,
  parseObject,
  parseOptionalObject,
  present,
  readBoolean,
  readInteger,
  readOneOf,
  readPart,
  readString,
  required,
  typeMismatch,
} from "./json.ts";
import { paginate } from "./paging.ts";
import { queueView } from "./views.ts";

const jurisdictions = ["eu", "us", "fedramp"] as const;

export function listQueues({ broker, request }: Call): Outcome {
  const names = request.url.searchParams.getAll("name");
  const all = broker.queues().filter((queue) => names.length === 0 || names.includes(queue.name));
  return paginate(all, request.url, queueView);
}

export function createQueue({ broker, request, variants }: Call): Outcome {
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const name = required(body, "queue_name", readString(body, "queue_name"));
  const jurisdiction = readOneOf(body, "jurisdiction", jurisdictions);
  const settings = readSettings(body, broker.defaultSettings, variants);
  return { result: queueView(broker.create({ name, settings, ...present("jurisdiction", jurisdiction) })) };
}

export function getQueue({ queue }: QueueCall): Outcome {
  return { result: queueView(queue) };
}

/** Handles PUT: settings that the body omits get their defaults. */
export function replaceQueue(call: QueueCall): Outcome {
  return configure(call, call.broker.defaultSettings);
}

/** Handles PATCH: settings that the body omits are kept. */
export function editQueue(call: QueueCall): Outcome {
  return configure(call, call.queue.settings);
}

function configure({ broker, queue, request, variants }: QueueCall, base: QueueSettings): Outcome {
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const settings = readSettings(body, base, variants);
  broker.configure(queue, { name: readString(body, "queue_name"), settings });
  return { result: queueView(queue) };
}

/** @param base values for settings that the body omits */
function readSettings(body: Part, base: QueueSettings, { maxDelaySeconds }: ApiVariants): QueueSettings {
  const given = readPart(body, "settings");
  const { min, max } = limits.retentionSeconds;
  return {
    deliveryDelay: readInteger(given, "delivery_delay", 0, maxDelaySeconds) ?? base.deliveryDelay,
    deliveryPaused: readBoolean(given, "delivery_paused") ?? base.deliveryPaused,
    retentionPeriod: readInteger(given, "message_retention_period", min, max) ?? base.retentionPeriod,
  };
}

export function deleteQueue({ broker, queue }: QueueCall): Outcome {
  broker.delete(queue);
  return {};
}

export function startPurge({ broker, queue, request }: QueueCall): Outcome {
  const body: Part = { value: parseOptionalObject(request.body), pointer: "" };
  if (readBoolean(body, "delete_messages_permanently") !== true) {
    throw typeMismatch("/delete_messages_permanently", "must be true: a purge cannot be undone");
  }
  broker.purge(queue);
  return { result: queueView(queue) };
}

/** Returns the purge status; the emulator purges immediately. `completed` is a string in the API's own description. */
export function purgeStatus({ queue }: QueueCall): Outcome {
  if (queue.purgedAt === undefined) return { result: {} };
  return { result: { completed: "true", started_at: new Date(queue.purgedAt).toISOString() } };
}
