import { newId } from "../broker/broker.ts";
import type { Queue, Subscription } from "../broker/types.ts";
import { ApiError } from "../errors.ts";
import type { Call, SubscriptionCall } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import {
  type JsonObject,
  mismatch,
  type Part,
  parseObject,
  readBoolean,
  readOneOf,
  readPart,
  readString,
  required,
} from "./json.ts";
import { page } from "./paging.ts";

/** What events come from, by the API's description. None of them is here, so a subscription never sends a message. */
const sources = [
  "images",
  "kv",
  "r2",
  "superSlurper",
  "vectorize",
  "workersAi.model",
  "workersBuilds.worker",
  "workers.script",
  "workflows.workflow",
] as const;

interface Found {
  readonly queue: Queue;
  readonly subscription: Subscription;
}

export function listSubscriptions({ broker, request }: Call): Outcome {
  const all = broker.queues().flatMap((queue) => queue.subscriptions.map((subscription) => ({ queue, subscription })));
  const direction = request.url.searchParams.get("direction") === "desc" ? -1 : 1;
  const order = request.url.searchParams.get("order");
  const key = ({ subscription }: Found): string | number =>
    order === "name" ? subscription.name : order === "enabled" ? Number(subscription.enabled) : subscription.createdAt;
  all.sort((a, b) => (key(a) < key(b) ? -direction : key(a) > key(b) ? direction : 0));
  return page(all, request.url, view);
}

export function createSubscription({ broker, request }: Call): Outcome {
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const destination = readPart(body, "destination");
  required(destination, "type", readOneOf(destination, "type", ["queues.queue"]));
  const queueId = required(destination, "queue_id", readString(destination, "queue_id"));
  const queue = broker.byId(queueId);
  if (queue === undefined) throw new ApiError(11000);
  const source = readPart(body, "source");
  required(source, "type", readOneOf(source, "type", sources));
  const now = broker.clock.now();
  const subscription: Subscription = {
    id: newId(),
    name: required(body, "name", readString(body, "name")),
    enabled: readBoolean(body, "enabled") ?? true,
    events: required(body, "events", readEvents(body)),
    source: source.value,
    createdAt: now,
    modifiedAt: now,
  };
  broker.subscribe(queue, [...queue.subscriptions, subscription]);
  return { result: view({ queue, subscription }) };
}

export function getSubscription(call: SubscriptionCall): Outcome {
  return { result: view(find(call)) };
}

export function editSubscription(call: SubscriptionCall): Outcome {
  const { queue, subscription } = find(call);
  const body: Part = { value: parseObject(call.request.body), pointer: "" };
  const changed: Subscription = {
    ...subscription,
    name: readString(body, "name") ?? subscription.name,
    enabled: readBoolean(body, "enabled") ?? subscription.enabled,
    events: readEvents(body) ?? subscription.events,
    modifiedAt: call.broker.clock.now(),
  };
  call.broker.subscribe(
    queue,
    queue.subscriptions.map((one) => (one === subscription ? changed : one)),
  );
  return { result: view({ queue, subscription: changed }) };
}

export function deleteSubscription(call: SubscriptionCall): Outcome {
  const found = find(call);
  call.broker.subscribe(
    found.queue,
    found.queue.subscriptions.filter((one) => one !== found.subscription),
  );
  return { result: view(found) };
}

function find({ broker, subscriptionId }: SubscriptionCall): Found {
  for (const queue of broker.queues()) {
    const subscription = queue.subscriptions.find(({ id }) => id === subscriptionId);
    if (subscription !== undefined) return { queue, subscription };
  }
  throw new ApiError(7003, { message: `There is no subscription ${subscriptionId}` });
}

function readEvents(body: Part): readonly string[] | undefined {
  const { events } = body.value;
  if (events === undefined) return undefined;
  if (!Array.isArray(events) || !events.every((event) => typeof event === "string")) {
    throw mismatch("/events", "must be an array of strings");
  }
  return events;
}

function view({ queue, subscription }: Found): JsonObject {
  const { id, name, enabled, events, source, createdAt, modifiedAt } = subscription;
  return {
    id,
    name,
    enabled,
    events,
    source,
    destination: { type: "queues.queue", queue_id: queue.id },
    created_at: new Date(createdAt).toISOString(),
    modified_at: new Date(modifiedAt).toISOString(),
  };
}
