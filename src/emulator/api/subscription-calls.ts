import type { Broker } from "../broker/broker.ts";
import type { Queue } from "../broker/queue.ts";
import { newId } from "../broker/queue-id.ts";
import type { Subscription } from "../broker/types.ts";
import { ApiError } from "../errors.ts";
import type { Call, SubscriptionCall } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { checkEvents } from "./event-sources.ts";
import {
  type JsonObject,
  type Part,
  parseObject,
  readBoolean,
  readOneOf,
  readPart,
  readString,
  required,
  typeMismatch,
} from "./json.ts";
import { paginate } from "./paging.ts";

interface FoundSubscription {
  readonly queue: Queue;
  readonly subscription: Subscription;
}

export function listSubscriptions({ broker, request }: Call): Outcome {
  const { searchParams } = request.url;
  const queueId = searchParams.get("queue_id");
  const all = broker
    .queues()
    .filter(({ id }) => queueId === null || id === queueId)
    .flatMap((queue) => queue.subscriptions.map((subscription) => ({ queue, subscription })));
  const direction = searchParams.get("direction") === "desc" ? -1 : 1;
  const order = searchParams.get("order") ?? "";
  const key = Object.hasOwn(orders, order) ? orders[order as keyof typeof orders] : orders.created_at;
  all.sort(({ subscription: a }, { subscription: b }) =>
    key(a) < key(b) ? -direction : key(a) > key(b) ? direction : 0,
  );
  return paginate(all, request.url, view);
}

/** The sort orders of a list of subscriptions. */
const orders = {
  created_at: ({ createdAt }) => createdAt,
  name: ({ name }) => name,
  enabled: ({ enabled }) => Number(enabled),
  source: ({ source }) => String(source.type),
} as const satisfies Record<string, (subscription: Subscription) => string | number>;

export function createSubscription({ broker, request }: Call): Outcome {
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const queue = readDestination(body, broker);
  const source = readPart(body, "source");
  const type = required(source, "type", readString(source, "type"));
  const events = required(body, "events", readEvents(body));
  checkEvents(type, events);
  const now = broker.clock.now();
  const subscription: Subscription = {
    id: newId(),
    name: required(body, "name", readString(body, "name")),
    enabled: readBoolean(body, "enabled") ?? true,
    events,
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
  const events = readEvents(body) ?? subscription.events;
  checkEvents(String(subscription.source.type), events);
  const target = body.value.destination === undefined ? queue : readDestination(body, call.broker);
  const changed: Subscription = {
    ...subscription,
    name: readString(body, "name") ?? subscription.name,
    enabled: readBoolean(body, "enabled") ?? subscription.enabled,
    events,
    modifiedAt: call.broker.clock.now(),
  };
  if (target === queue) {
    call.broker.subscribe(
      queue,
      queue.subscriptions.map((one) => (one === subscription ? changed : one)),
    );
  } else {
    call.broker.subscribe(
      queue,
      queue.subscriptions.filter((one) => one !== subscription),
    );
    call.broker.subscribe(target, [...target.subscriptions, changed]);
  }
  return { result: view({ queue: target, subscription: changed }) };
}

export function deleteSubscription(call: SubscriptionCall): Outcome {
  const found = find(call);
  call.broker.subscribe(
    found.queue,
    found.queue.subscriptions.filter((one) => one !== found.subscription),
  );
  return { result: view(found) };
}

function find({ broker, subscriptionId }: SubscriptionCall): FoundSubscription {
  for (const queue of broker.queues()) {
    const subscription = queue.subscriptions.find(({ id }) => id === subscriptionId);
    if (subscription !== undefined) return { queue, subscription };
  }
  throw new ApiError(0, { status: 404, message: "No subscription with this ID" });
}

function readDestination(body: Part, broker: Broker): Queue {
  const destination = readPart(body, "destination");
  required(destination, "type", readOneOf(destination, "type", ["queues.queue"]));
  const queue = broker.byId(required(destination, "queue_id", readString(destination, "queue_id")));
  if (queue === undefined) throw new ApiError(11000);
  return queue;
}

function readEvents(body: Part): readonly string[] | undefined {
  const { events } = body.value;
  if (events === undefined) return undefined;
  if (!Array.isArray(events) || !events.every((event) => typeof event === "string")) {
    throw typeMismatch("/events", "must be an array of strings");
  }
  return events;
}

function view({ queue, subscription }: FoundSubscription): JsonObject {
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
