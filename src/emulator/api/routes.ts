import type { ApiErrorCode } from "../errors.ts";
import type { Call, ConsumerCall, QueueCall, ScriptCall, SubscriptionCall } from "./call.ts";
import {
  createConsumer,
  deleteConsumer,
  getConsumer,
  listConsumers,
  listConsumersOfScript,
  replaceConsumer,
} from "./consumer-calls.ts";
import type { Outcome } from "./envelope.ts";
import { pushBatch, pushMessage, readMetrics } from "./message-calls.ts";
import {
  acknowledgeMessages,
  acknowledgePreviewed,
  extendLeases,
  peekMessages,
  previewMessages,
  pullMessages,
  purgeMessages,
} from "./pull-calls.ts";
import {
  createQueue,
  deleteQueue,
  editQueue,
  getQueue,
  listQueues,
  purgeStatus,
  replaceQueue,
  startPurge,
} from "./queue-calls.ts";
import {
  createSubscription,
  deleteSubscription,
  editSubscription,
  getSubscription,
  listSubscriptions,
} from "./subscription-calls.ts";

/**
 * What a route acts on. `missing` is the error code if the queue in the path does not exist, `malformed` the one for an
 * invalid body, if it is not 10207 or 10208.
 */
type Handler = { readonly malformed?: 10026 } & (
  | { readonly on: "account"; readonly run: (call: Call) => Outcome }
  | {
      readonly on: "queue";
      readonly missing: ApiErrorCode & (10104 | 11000);
      readonly run: (call: QueueCall) => Outcome;
    }
  | { readonly on: "consumer"; readonly missing: 11000; readonly run: (call: ConsumerCall) => Outcome }
  | { readonly on: "script"; readonly run: (call: ScriptCall) => Outcome }
  | { readonly on: "subscription"; readonly run: (call: SubscriptionCall) => Outcome }
);

/** By method and path below `/accounts/{account_id}/`, ids written as `*`. */
const table = {
  "GET queues": { name: "queues.list", on: "account", run: listQueues },
  "POST queues": { name: "queues.create", on: "account", run: createQueue },
  "GET queues/*": { name: "queues.get", on: "queue", missing: 11000, run: getQueue },
  "PUT queues/*": { name: "queues.update", on: "queue", missing: 11000, run: replaceQueue },
  "PATCH queues/*": { name: "queues.edit", on: "queue", missing: 11000, run: editQueue },
  "DELETE queues/*": { name: "queues.delete", on: "queue", missing: 11000, run: deleteQueue },
  "POST queues/*/messages": { name: "push", on: "queue", missing: 10104, run: pushMessage },
  "POST queues/*/messages/batch": { name: "batch", on: "queue", missing: 10104, run: pushBatch },
  "POST queues/*/messages/pull": { name: "pull", on: "queue", missing: 11000, malformed: 10026, run: pullMessages },
  "POST queues/*/messages/ack": {
    name: "ack",
    on: "queue",
    missing: 11000,
    malformed: 10026,
    run: acknowledgeMessages,
  },
  "POST queues/*/messages/extend": { name: "extend", on: "queue", missing: 11000, malformed: 10026, run: extendLeases },
  "POST queues/*/messages/peek": { name: "peek", on: "queue", missing: 11000, malformed: 10026, run: peekMessages },
  "POST queues/*/messages/preview": {
    name: "preview",
    on: "queue",
    missing: 11000,
    malformed: 10026,
    run: previewMessages,
  },
  "POST queues/*/messages/preview/ack": {
    name: "preview.ack",
    on: "queue",
    missing: 11000,
    malformed: 10026,
    run: acknowledgePreviewed,
  },
  "POST queues/*/messages/purge": {
    name: "messages.purge",
    on: "queue",
    missing: 11000,
    malformed: 10026,
    run: purgeMessages,
  },
  "GET queues/*/purge": { name: "purge.status", on: "queue", missing: 11000, run: purgeStatus },
  "POST queues/*/purge": { name: "purge.start", on: "queue", missing: 11000, run: startPurge },
  "GET queues/*/metrics": { name: "metrics", on: "queue", missing: 11000, run: readMetrics },
  "GET queues/*/consumers": { name: "consumers.list", on: "queue", missing: 11000, run: listConsumers },
  "POST queues/*/consumers": {
    name: "consumers.create",
    on: "queue",
    missing: 11000,
    malformed: 10026,
    run: createConsumer,
  },
  "GET queues/*/consumers/*": { name: "consumers.get", on: "consumer", missing: 11000, run: getConsumer },
  "PUT queues/*/consumers/*": {
    name: "consumers.update",
    on: "consumer",
    missing: 11000,
    malformed: 10026,
    run: replaceConsumer,
  },
  "DELETE queues/*/consumers/*": { name: "consumers.delete", on: "consumer", missing: 11000, run: deleteConsumer },
  "GET workers/scripts/*/queue-consumers": { name: "scripts.consumers", on: "script", run: listConsumersOfScript },
  "GET event_subscriptions/subscriptions": { name: "subscriptions.list", on: "account", run: listSubscriptions },
  "POST event_subscriptions/subscriptions": { name: "subscriptions.create", on: "account", run: createSubscription },
  "GET event_subscriptions/subscriptions/*": { name: "subscriptions.get", on: "subscription", run: getSubscription },
  "PATCH event_subscriptions/subscriptions/*": {
    name: "subscriptions.edit",
    on: "subscription",
    run: editSubscription,
  },
  "DELETE event_subscriptions/subscriptions/*": {
    name: "subscriptions.delete",
    on: "subscription",
    run: deleteSubscription,
  },
} as const satisfies Record<string, Handler & { name: string }>;

export type RouteName = (typeof table)[keyof typeof table]["name"];

/**
 * Requests outside of the API that the emulator processes and that faults apply to: `producer` is one to the producer Worker,
 * `binding` one that the Worker makes through its binding of a queue.
 */
const producerRoutes = ["producer", "binding"] as const;

/** What a fault can match, and what the log of requests shows. */
export type TrafficRoute = RouteName | (typeof producerRoutes)[number];
export type Route = Handler & { readonly name: RouteName };

/** The route of a request, before anything else is checked. */
export interface Target {
  readonly accountId: string;
  readonly queueId: string | undefined;
  /** The id of a consumer or a subscription, or a Worker's name. */
  readonly itemId: string | undefined;
  readonly route: Route;
}

const routes = new Map<string, Route>(Object.entries(table));
/** The method and path of each route, with ids written as `*`. */
export const callsByRoute = new Map<RouteName, string>(Object.entries(table).map(([call, { name }]) => [name, call]));
export const routeNames: readonly RouteName[] = Object.values(table).map(({ name }) => name);
export const trafficRoutes: readonly TrafficRoute[] = [...routeNames, ...producerRoutes];

/** Finds the route of a request. @param pathname as in the URL @returns undefined if the API has no such route */
export function findRoute(method: string, pathname: string): Target | undefined {
  const [, accountId, path] = /^\/client\/v4\/accounts\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  if (accountId === undefined || path === undefined) return undefined;
  const segments = path.split("/");
  const ids = segments.filter((_, index) => isId(segments, index));
  const [queueId, itemId] = segments[0] === "queues" ? ids : [undefined, ...ids];
  const pattern = segments.map((segment, index) => (isId(segments, index) ? "*" : segment)).join("/");
  const route = routes.get(`${method} ${pattern}`);
  return route && { accountId, queueId, itemId, route };
}

/** Reports whether a segment is an id, judged by its position, so that an id may be any text. */
function isId([first, , third]: readonly string[], index: number): boolean {
  if (first !== "queues") return index === 2;
  return index === 1 || (index === 3 && third === "consumers");
}
