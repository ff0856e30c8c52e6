import { quote } from "../../printable.ts";
import { ExportError, type ExportHead } from "../../redrive/index.ts";
import type { Connection } from "./connect.ts";
import { findQueue, resolveTarget } from "./find-queues.ts";
import type { ExportFlags } from "./flags.ts";
import { printLines } from "./summary.ts";

/** What an export of a queue needs. */
export interface PreparedExport {
  readonly head: ExportHead;
  readonly maxDeliveries: number;
}

/** Cloudflare's default for `max_retries` of a consumer. */
const defaultRetries = 3;

/** Finds the queue, and checks that the export cannot lose messages. @throws ExportError */
export async function prepareExport(
  { client, accountId, stack }: Connection,
  name: string,
  flags: ExportFlags,
): Promise<PreparedExport> {
  const listed = await client.listQueues(accountId);
  if (listed.kind !== "ok") {
    const what = `the account's queues cannot be listed: ${listed.failure.message}`;
    throw new ExportError("EXPORT_STOPPED", what, `${listed.failure.remedy} Nothing was exported.`);
  }
  const ledger = { account: listed.value, configured: stack?.queues, stack: stack?.name };
  const source = findQueue(name, ledger);
  const to = resolveTarget(source, flags.to, flags.take === true, ledger);
  const consumer = source.consumers.find(({ type }) => type === "http_pull");
  if (flags.take && consumer === undefined) {
    const what = `${quote(source.queue_name)} has no consumer of the type http_pull, so messages cannot be taken out of it`;
    const next = `Add one with \`npx wrangler queues consumer http add ${source.queue_name}\` (after removing its Worker consumer, if it has one), or export without --take.`;
    throw new ExportError("PULL_NOT_ENABLED", what, next);
  }
  if (flags.take && source.delivery_paused) {
    const what = `the delivery of ${quote(source.queue_name)} is paused, so the queue delivers no messages`;
    throw new ExportError("DELIVERY_PAUSED", what, "Resume the delivery, or export without --take.");
  }
  const maxDeliveries = (consumer?.max_retries ?? defaultRetries) + 1;
  if (flags.take) assertRetries(source.queue_name, maxDeliveries);
  return {
    head: {
      accountId,
      queueId: source.queue_id,
      queueName: source.queue_name,
      to,
      stack: stack?.name ?? null,
      mode: flags.take ? "take" : "peek",
      metadata: flags.metadata === true,
      startedAt: new Date().toISOString(),
    },
    maxDeliveries,
  };
}

/** Deliveries that suffice to survive a few killed runs. If a queue permits fewer, the export warns. */
const safeDeliveries = 10;

/**
 * Checks that a killed run cannot lose messages: after its last permitted delivery a message is deleted as soon as its lease
 * ends, even if the killed run did not write it. Warns if only a few deliveries are permitted.
 *
 * @throws ExportError PULL_RETRIES_NONE
 */
function assertRetries(queue: string, maxDeliveries: number): void {
  const next = `Set \`--message-retries 100\` when you add the pull consumer with \`npx wrangler queues consumer http add ${queue}\`.`;
  if (maxDeliveries < 2) {
    const what = `${quote(queue)} deletes a message after one delivery, so a run that is killed would lose what it pulled`;
    throw new ExportError("PULL_RETRIES_NONE", what, next);
  }
  if (maxDeliveries >= safeDeliveries) return;
  printLines([
    `${quote(queue)} deletes a message after ${maxDeliveries} deliveries, including those to killed runs. ${next}`,
  ]);
}
