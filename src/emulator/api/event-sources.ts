import { ApiError } from "../errors.ts";

/**
 * The events of each source whose list is published, by the short names that a subscription has. Sources grow faster than
 * any list: one that is not here is taken, with any events that are named as events are.
 *
 * Source: https://developers.cloudflare.com/queues/event-subscriptions/events-schemas/
 */
const eventsBySource: Readonly<Record<string, readonly string[]>> = {
  access: ["application.created", "application.deleted"],
  artifacts: ["repo.created", "repo.deleted", "repo.forked", "repo.imported"],
  "artifacts.repo": ["pushed", "cloned", "fetched", "token.created", "token.revoked"],
  browserRun: ["crawl.started", "crawl.updated", "crawl.finished"],
  "email.sending": [
    "message.delivered",
    "message.deferred",
    "message.bounced",
    "message.failed",
    "message.rejected",
    "message.complained",
  ],
  kv: ["namespace.created", "namespace.deleted"],
  r2: ["bucket.created", "bucket.deleted"],
  superSlurper: ["job.started", "job.paused", "job.resumed", "job.completed", "job.aborted", "job.object.migrated"],
  vectorize: ["index.created", "index.deleted"],
  "workersAi.model": ["batch.queued", "batch.succeeded", "batch.failed"],
  "workersBuilds.worker": ["build.started", "build.failed", "build.canceled", "build.succeeded"],
  "workflows.workflow": [
    "instance.queued",
    "instance.started",
    "instance.paused",
    "instance.errored",
    "instance.terminated",
    "instance.completed",
  ],
};

/** Words with dots between. An event's full type, which begins with `cf.`, stands in its message, not in a subscription. */
const eventName = /^(?!cf\.)[a-z]\w*(?:\.[a-z]\w*)*$/i;

/** @throws ApiError 0 that names those which the source does not have */
export function checkEvents(source: string, events: readonly string[]): void {
  const known = Object.hasOwn(eventsBySource, source) ? eventsBySource[source] : undefined;
  const unknown = events.filter((event) => (known === undefined ? !eventName.test(event) : !known.includes(event)));
  if (unknown.length === 0) return;
  throw new ApiError(0, { message: `Unrecognized event types: ${unknown.join(", ")}`, pointer: "/events" });
}
