import type { AccountQueue } from "../../cloudflare/index.ts";
import type { QueueSetting, Settings } from "../../config/settings.ts";
import { didYouMean } from "../../manifest/index.ts";
import { quote } from "../../printable.ts";
import { ExportError } from "../../redrive/index.ts";

/** The queues that an export can use as its source or target. */
export interface QueueDirectory {
  /** The queues of the account. */
  readonly account: readonly AccountQueue[];
  /** The queues in the stack's configuration, by queue name in the manifests; undefined if there is no stack. */
  readonly configured: Settings["queues"] | undefined;
  readonly stack: string | undefined;
}

/** Maximum number of names that an error message lists. */
const listed = 10;

/**
 * Finds a queue by its name in the configuration, its name in the account, or its id.
 *
 * @throws ExportError QUEUE_UNKNOWN
 */
export function findQueue(name: string, directory: QueueDirectory): AccountQueue {
  const setting = directory.configured?.get(name);
  // If a configured queue no longer exists, another queue with the same name must not be used instead.
  const found = setting
    ? directory.account.find((queue) => isQueueOf(setting, queue, directory.stack))
    : (directory.account.find(({ queue_name }) => queue_name === name) ??
      directory.account.find(({ queue_id }) => queue_id === name));
  if (found !== undefined) return found;
  if (setting !== undefined) {
    const what = `the account does not have the queue that the stack's configuration calls ${quote(name)}`;
    throw new ExportError("QUEUE_UNKNOWN", what, "Correct queue-seeder:queues, or name the queue by its id.");
  }
  const known = [
    ...new Set([...(directory.configured?.keys() ?? []), ...directory.account.map(({ queue_name }) => queue_name)]),
  ];
  throw unknownQueueError(name, known, "the account has no such queue");
}

/**
 * Returns the manifest's name for the queue that the messages are pushed to: `to`, or else the queue whose dead letter queue
 * `source` is.
 *
 * @throws ExportError QUEUE_UNKNOWN, EXPORT_TARGET
 */
export function resolveTarget(
  source: AccountQueue,
  to: string | undefined,
  takes: boolean,
  directory: QueueDirectory,
): string {
  if (to !== undefined) {
    const known = directory.configured
      ? [...directory.configured.keys()]
      : directory.account.map(({ queue_name }) => queue_name);
    const where = directory.configured
      ? "the stack's configuration has no such queue"
      : "the account has no such queue";
    if (!known.includes(to)) throw unknownQueueError(to, known, where);
    const setting = directory.configured?.get(to);
    const isSource = setting ? isQueueOf(setting, source, directory.stack) : to === source.queue_name;
    if (!isSource || takes) return to;
    const next = "Take the messages out with --take, or name another queue with --to.";
    throw new ExportError("EXPORT_TARGET", "the messages stay in the queue, and would be pushed to it once more", next);
  }
  const origins = directory.account.filter(({ consumers }) =>
    consumers.some(({ dead_letter_queue }) => dead_letter_queue === source.queue_name),
  );
  const [origin] = origins;
  if (origin === undefined) {
    const what = `no queue has ${quote(source.queue_name)} as its dead letter queue`;
    throw new ExportError("EXPORT_TARGET", what, "Name the queue to push to with --to.");
  }
  if (origins.length > 1) {
    const what = `${quote(source.queue_name)} is the dead letter queue of several queues (${formatNames(origins.map(({ queue_name }) => queue_name))})`;
    const next = "Name the queue to push to with --to; with --filter, export the messages of each on their own.";
    throw new ExportError("EXPORT_TARGET", what, next);
  }
  return suggestManifestName(directory, origin);
}

/** Returns a queue's name in the manifests. @throws ExportError EXPORT_TARGET if it is not in the configuration */
function suggestManifestName({ configured, stack }: QueueDirectory, queue: AccountQueue): string {
  if (configured === undefined) return queue.queue_name;
  const named = [...configured].find(([, setting]) => isQueueOf(setting, queue, stack));
  if (named !== undefined) return named[0];
  const what = `the stack's configuration does not have ${quote(queue.queue_name)}, whose dead letters these are`;
  const next = `Add it under queue-seeder:queues with the id ${queue.queue_id}, or name another queue with --to.`;
  throw new ExportError("EXPORT_TARGET", what, next);
}

function isQueueOf(setting: QueueSetting, { queue_id, queue_name }: AccountQueue, stack: string | undefined): boolean {
  if (setting.kind === "existing") return setting.id === queue_id;
  return setting.adopt === queue_id || setting.name.replaceAll("${stack}", stack ?? "") === queue_name;
}

function unknownQueueError(name: string, known: readonly string[], where: string): ExportError {
  const there = known.length === 0 ? "There is none." : `Known queues: ${formatNames(known)}.`;
  return new ExportError("QUEUE_UNKNOWN", `${where}: ${quote(name)}`, `${there}${didYouMean(name, known)}`);
}

function formatNames(names: readonly string[]): string {
  const shown = names.slice(0, listed).map((name) => quote(name).slice(1, -1));
  return names.length > listed ? `${shown.join(", ")} and ${names.length - listed} more` : shown.join(", ");
}
