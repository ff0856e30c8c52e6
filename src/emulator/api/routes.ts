import type { Queue } from "../broker/broker.ts";
import type { ApiErrorCode } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { pushBatch, pushMessage, readMetrics } from "./message-calls.ts";
import { changeQueue, createQueue, deleteQueue, getQueue, listQueues } from "./queue-calls.ts";

/** A call on the account's queues. */
interface AccountRoute {
  readonly on: "account";
  readonly run: (call: Call) => Outcome;
}

/** A call on one queue; `missing` is the code when there is none with that id. */
interface QueueRoute {
  readonly on: "queue";
  readonly missing: ApiErrorCode & (10104 | 11000);
  readonly run: (call: Call<Queue>) => Outcome;
}

/** By method and path below `/accounts/{account_id}/queues`, `*` being a queue's id. */
const table = {
  "GET ": { name: "queues.list", on: "account", run: listQueues },
  "POST ": { name: "queues.create", on: "account", run: createQueue },
  "GET *": { name: "queues.get", on: "queue", missing: 11000, run: getQueue },
  "PUT *": { name: "queues.update", on: "queue", missing: 11000, run: changeQueue },
  "PATCH *": { name: "queues.edit", on: "queue", missing: 11000, run: changeQueue },
  "DELETE *": { name: "queues.delete", on: "queue", missing: 11000, run: deleteQueue },
  "POST */messages": { name: "push", on: "queue", missing: 10104, run: pushMessage },
  "POST */messages/batch": { name: "batch", on: "queue", missing: 10104, run: pushBatch },
  "GET */metrics": { name: "metrics", on: "queue", missing: 11000, run: readMetrics },
} as const satisfies Record<string, (AccountRoute | QueueRoute) & { name: string }>;

export type RouteName = (typeof table)[keyof typeof table]["name"];
export type Route = (AccountRoute | QueueRoute) & { readonly name: RouteName };

/** Where a request goes, before anything about it is checked. */
export interface Target {
  readonly accountId: string;
  readonly queueId: string | undefined;
  readonly route: Route;
}

const routes = new Map<string, Route>(Object.entries(table));

/** @param pathname as in the URL; undefined: the API has no such route */
export function findRoute(method: string, pathname: string): Target | undefined {
  const match = /^\/client\/v4\/accounts\/([^/]+)\/queues(?:\/([^/]+)(?:\/(.+))?)?$/.exec(pathname);
  if (match === null) return undefined;
  const [, accountId = "", queueId, rest] = match;
  const pattern = `${method} ${queueId === undefined ? "" : "*"}${rest === undefined ? "" : `/${rest}`}`;
  const route = routes.get(pattern);
  return route && { accountId, queueId, route };
}
