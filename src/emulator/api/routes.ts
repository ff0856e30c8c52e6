import type { ApiErrorCode } from "../errors.ts";
import type { Call, ConsumerCall, QueueCall } from "./call.ts";
import { createConsumer, deleteConsumer, getConsumer, listConsumers, replaceConsumer } from "./consumer-calls.ts";
import type { Outcome } from "./envelope.ts";
import { pushBatch, pushMessage, readMetrics } from "./message-calls.ts";
import { acknowledgeMessages, extendLeases, peekMessages, pullMessages, purgeMessages } from "./pull-calls.ts";
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

/** What a route acts on. `missing` is the code when there is no queue with the path's id. */
type Handler =
  | { readonly on: "account"; readonly run: (call: Call) => Outcome }
  | {
      readonly on: "queue";
      readonly missing: ApiErrorCode & (10104 | 11000);
      readonly run: (call: QueueCall) => Outcome;
    }
  | { readonly on: "consumer"; readonly missing: 11000; readonly run: (call: ConsumerCall) => Outcome };

/** By method and path below `/accounts/{account_id}/queues`, ids written as `*`. */
const table = {
  "GET ": { name: "queues.list", on: "account", run: listQueues },
  "POST ": { name: "queues.create", on: "account", run: createQueue },
  "GET /*": { name: "queues.get", on: "queue", missing: 11000, run: getQueue },
  "PUT /*": { name: "queues.update", on: "queue", missing: 11000, run: replaceQueue },
  "PATCH /*": { name: "queues.edit", on: "queue", missing: 11000, run: editQueue },
  "DELETE /*": { name: "queues.delete", on: "queue", missing: 11000, run: deleteQueue },
  "POST /*/messages": { name: "push", on: "queue", missing: 10104, run: pushMessage },
  "POST /*/messages/batch": { name: "batch", on: "queue", missing: 10104, run: pushBatch },
  "POST /*/messages/pull": { name: "pull", on: "queue", missing: 11000, run: pullMessages },
  "POST /*/messages/ack": { name: "ack", on: "queue", missing: 11000, run: acknowledgeMessages },
  "POST /*/messages/extend": { name: "extend", on: "queue", missing: 11000, run: extendLeases },
  "POST /*/messages/peek": { name: "peek", on: "queue", missing: 11000, run: peekMessages },
  "POST /*/messages/purge": { name: "messages.purge", on: "queue", missing: 11000, run: purgeMessages },
  "GET /*/purge": { name: "purge.status", on: "queue", missing: 11000, run: purgeStatus },
  "POST /*/purge": { name: "purge.start", on: "queue", missing: 11000, run: startPurge },
  "GET /*/metrics": { name: "metrics", on: "queue", missing: 11000, run: readMetrics },
  "GET /*/consumers": { name: "consumers.list", on: "queue", missing: 11000, run: listConsumers },
  "POST /*/consumers": { name: "consumers.create", on: "queue", missing: 11000, run: createConsumer },
  "GET /*/consumers/*": { name: "consumers.get", on: "consumer", missing: 11000, run: getConsumer },
  "PUT /*/consumers/*": { name: "consumers.update", on: "consumer", missing: 11000, run: replaceConsumer },
  "DELETE /*/consumers/*": { name: "consumers.delete", on: "consumer", missing: 11000, run: deleteConsumer },
} as const satisfies Record<string, Handler & { name: string }>;

export type RouteName = (typeof table)[keyof typeof table]["name"];
export type Route = Handler & { readonly name: RouteName };

/** Where a request goes, before anything about it is checked. */
export interface Target {
  readonly accountId: string;
  readonly queueId: string | undefined;
  readonly consumerId: string | undefined;
  readonly route: Route;
}

const routes = new Map<string, Route>(Object.entries(table));
export const routeNames: readonly RouteName[] = Object.values(table).map(({ name }) => name);

/** @param pathname as in the URL; undefined: the API has no such route */
export function findRoute(method: string, pathname: string): Target | undefined {
  const match = /^\/client\/v4\/accounts\/([^/]+)\/queues((?:\/[^/]+)*)$/.exec(pathname);
  if (match === null) return undefined;
  const [, accountId = "", rest = ""] = match;
  const segments = rest.split("/").slice(1);
  const [queueId, kind, consumerId] = segments;
  if (queueId !== undefined) segments[0] = "*";
  if (kind === "consumers" && consumerId !== undefined) segments[2] = "*";
  const route = routes.get(`${method} ${segments.map((segment) => `/${segment}`).join("")}`);
  return route && { accountId, queueId, consumerId, route };
}
