import { ApiError } from "../errors.ts";

/**
 * The events of each source with a published list, by their short names in subscriptions. New sources are added faster than
 * any list is updated, so unknown sources are accepted, with any well-formed event names.
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

/** Words separated by dots. The full type of an event, which begins with `cf.`, is used in its message, not in subscriptions. */
const eventName = /^(?!cf\.)[a-z]\w*(?:\.[a-z]\w*)*$/i;

/** @throws ApiError 0 with the events that the source does not have */
export function checkEvents(source: string, events: readonly string[]): void {
  const known = Object.hasOwn(eventsBySource, source) ? eventsBySource[source] : undefined;
  const unknown = events.filter((event) => (known === undefined ? !eventName.test(event) : !known.includes(event)));
  if (unknown.length === 0) return;
  throw new ApiError(0, { message: `Unrecognized event types: ${unknown.join(", ")}`, pointer: "/events" });
}
