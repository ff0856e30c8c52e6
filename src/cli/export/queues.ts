import type { AccountQueue } from "../../cloudflare/index.ts";
import type { QueueSetting, Settings } from "../../config/settings.ts";
import { didYouMean } from "../../manifest/index.ts";
import { quote } from "../../printable.ts";
import { ExportError } from "../../redrive/index.ts";

/** The queues that an export can be about. */
export interface QueueBook {
  /** Those of the account. */
  readonly account: readonly AccountQueue[];
  /** Those of the stack's configuration, by the name that manifests use; undefined if there is no stack. */
  readonly configured: Settings["queues"] | undefined;
  readonly stack: string | undefined;
}

/** Names that a sentence lists. */
const listed = 10;

/**
 * Finds a queue by its name in the configuration, its name in the account, or its id.
 *
 * @throws ExportError QUEUE_UNKNOWN
 */
export function findQueue(name: string, ledger: QueueBook): AccountQueue {
  const setting = ledger.configured?.get(name);
  const found =
    (setting && ledger.account.find((queue) => isQueueOf(setting, queue, ledger.stack))) ??
    ledger.account.find(({ queue_name }) => queue_name === name) ??
    ledger.account.find(({ queue_id }) => queue_id === name);
  if (found !== undefined) return found;
  const known = [
    ...new Set([...(ledger.configured?.keys() ?? []), ...ledger.account.map(({ queue_name }) => queue_name)]),
  ];
  throw unknown(name, known, "the account has no such queue");
}

/**
 * The name by which the manifest names the queue that the messages are pushed to: `to`, or the queue whose dead letters these
 * are.
 *
 * @throws ExportError QUEUE_UNKNOWN, EXPORT_TARGET
 */
export function targetOf(source: AccountQueue, to: string | undefined, takes: boolean, ledger: QueueBook): string {
  if (to !== undefined) {
    const known = ledger.configured
      ? [...ledger.configured.keys()]
      : ledger.account.map(({ queue_name }) => queue_name);
    const where = ledger.configured ? "the stack's configuration has no such queue" : "the account has no such queue";
    if (!known.includes(to)) throw unknown(to, known, where);
    const setting = ledger.configured?.get(to);
    const isSource = setting ? isQueueOf(setting, source, ledger.stack) : to === source.queue_name;
    if (!isSource || takes) return to;
    const next = "Take the messages out with --take, or name another queue with --to.";
    throw new ExportError("EXPORT_TARGET", "the messages stay in the queue, and would be pushed to it once more", next);
  }
  const origins = ledger.account.filter(({ consumers }) =>
    consumers.some(({ dead_letter_queue }) => dead_letter_queue === source.queue_name),
  );
  const [origin] = origins;
  if (origin === undefined) {
    const what = `no queue has ${quote(source.queue_name)} as its dead letter queue`;
    throw new ExportError("EXPORT_TARGET", what, "Name the queue to push to with --to.");
  }
  if (origins.length > 1) {
    const what = `${quote(source.queue_name)} is the dead letter queue of several queues (${list(origins.map(({ queue_name }) => queue_name))})`;
    const next = "Name the queue to push to with --to; with --filter, export the messages of each on their own.";
    throw new ExportError("EXPORT_TARGET", what, next);
  }
  return nameIn(ledger, origin);
}

/** @throws ExportError EXPORT_TARGET */
function nameIn({ configured, stack }: QueueBook, queue: AccountQueue): string {
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

function unknown(name: string, known: readonly string[], where: string): ExportError {
  const there = known.length === 0 ? "There is none." : `There is ${list(known)}.`;
  return new ExportError("QUEUE_UNKNOWN", `${where}: ${quote(name)}`, `${there}${didYouMean(name, known)}`);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, listed).map((name) => quote(name).slice(1, -1));
  return names.length > listed ? `${shown.join(", ")} and ${names.length - listed} more` : shown.join(", ");
}
