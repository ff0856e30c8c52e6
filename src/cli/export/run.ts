import { describeSystemError, isFileError } from "../../file-error.ts";
import { formatDiagnostic, ProblemCollector } from "../../manifest/index.ts";
import { quote, toPrintable } from "../../printable.ts";
import { describeThisProcess, isRunning, systemClock } from "../../push/index.ts";
import {
  type Condition,
  drainQueue,
  ExportError,
  type ExportFiles,
  type ExportHead,
  type ExportHost,
  findRowCredentials,
  manifestText,
  openExport,
  parseCondition,
  parseSince,
  peekQueue,
  type Row,
  systemDisk,
} from "../../redrive/index.ts";
import type { SourceLocation } from "../../types.ts";
import { UsageError } from "../../usage-error.ts";
import { type Connection, connect } from "./connect.ts";
import { findQueue, resolveTarget } from "./find-queues.ts";
import { type ExportFlags, visibilityMsOf } from "./flags.ts";
import { type OutputPaths, resolveOutputPaths } from "./output-paths.ts";
import { exportedText, peekedText, takenText, unsettledText, writtenFiles } from "./summary.ts";

/**
 * Exports the messages of a queue.
 *
 * @returns the exit code
 * @throws UsageError, ExportError, ConfigError
 */
export async function runExport(
  root: string,
  queue: string,
  flags: ExportFlags,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const location = resolveOutputPaths(root, flags.out);
  const selection = { conditions: flags.filter.map(conditionOf), sinceMs: sinceOf(flags.since) };
  const connection = await connect(root, flags.stack, env);
  try {
    const prepared = await prepare(connection, queue, flags);
    const { stop, release } = stopOnSignals();
    const host: ExportHost = {
      source: connection.client,
      clock: systemClock,
      disk: systemDisk,
      processes: { own: describeThisProcess, isRunning },
      stop,
    };
    try {
      return await exportTo(location, prepared, { flags, selection }, host);
    } catch (error) {
      if (error instanceof ExportError || !isFileError(error)) throw error;
      const next = "Make its folder writable and see that the disk has room, then run it again.";
      throw new ExportError("EXPORT_UNWRITABLE", `the export cannot be written: ${describeSystemError(error)}`, next);
    } finally {
      release();
    }
  } finally {
    await connection.client.close();
  }
}

interface Prepared {
  readonly head: ExportHead;
  readonly maxDeliveries: number;
}

/** Cloudflare's default for `max_retries` of a consumer. */
const defaultRetries = 3;

async function prepare({ client, accountId, stack }: Connection, name: string, flags: ExportFlags): Promise<Prepared> {
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
    const next = `Add one with \`npx wrangler queues consumer http add ${source.queue_name}\` (a Worker consumer has to be removed before), or export without --take.`;
    throw new ExportError("PULL_NOT_ENABLED", what, next);
  }
  if (flags.take && source.delivery_paused) {
    const what = `the delivery of ${quote(source.queue_name)} is paused, so it hands no messages out`;
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
  report([
    `${quote(queue)} deletes a message after ${maxDeliveries} deliveries, runs that are killed included. ${next}`,
  ]);
}

interface Wanted {
  readonly flags: ExportFlags;
  readonly selection: { readonly conditions: readonly Condition[]; readonly sinceMs: number | undefined };
}

async function exportTo(
  location: OutputPaths,
  { head, maxDeliveries }: Prepared,
  { flags, selection }: Wanted,
  host: ExportHost,
): Promise<number> {
  const visibilityMs = visibilityMsOf(flags);
  const files = await openExport(location.paths, head, visibilityMs, host);
  const problems = new ProblemCollector();
  const options = {
    queue: { accountId: head.accountId, queueId: head.queueId },
    selection,
    limit: flags.limit ?? Number.POSITIVE_INFINITY,
    metadata: head.metadata,
    onRows: (rows: readonly Row[]) => {
      for (const found of findRowCredentials(rows, (row) => placeOf(files, location, row))) problems.add(found);
    },
    onWait: (seconds: number, why: string) => report([`Waiting for ${seconds} s: ${why}.`]),
  };
  let closed = false;
  try {
    const left = flags.take
      ? await drainQueue(files, { ...options, visibilityMs, maxDeliveries }, host)
      : await peekQueue(files, options, host);
    const stopped = "stopped" in left && left.stopped;
    const unsettled = unsettledText(files, location.shown);
    const text = manifestText({ ...location, head: files.head, rows: files.rows, paths: location.shown });
    if (!stopped && text !== undefined) await files.publish(text);
    closed = true;
    await files.close(unsettled === undefined && !stopped);
    if (stopped) throw interrupted(files);
    for (const path of writtenFiles(files, location.shown)) process.stdout.write(`${toPrintable(path)}\n`);
    report(exportedText(files, location.shown));
    report("seen" in left ? peekedText(left) : takenText(left));
    if (unsettled !== undefined) report([unsettled]);
    return unsettled === undefined ? 0 : 1;
  } finally {
    report(problems.sorted().map((found) => formatDiagnostic(found)));
    if (problems.omitted > 0) report([`${problems.omitted} more problems are not shown.`]);
    if (!closed) await leaveOff(files);
  }
}

/** Saves the progress of an export, so that the next run can continue it. */
async function leaveOff(files: ExportFiles): Promise<void> {
  try {
    await files.close(false);
  } catch (error) {
    // The error that ended the export already reports the problem with the files.
    await files.abandon();
    if (!(error instanceof ExportError) && !isFileError(error)) throw error;
  }
}

function interrupted({ rows }: Pick<ExportFiles, "rows">): ExportError {
  const written = rows.json + rows.text + rows.unpushable;
  const next = `The ${written} messages that were written are kept. Run it again to continue.`;
  return new ExportError("EXPORT_STOPPED", "the export was interrupted", next);
}

function placeOf(files: ExportFiles, { shown }: OutputPaths, row: Row): SourceLocation {
  return { file: shown.data[row.kind], line: files.placeOf(row.id)?.line ?? 1, column: 1 };
}

/** Stops the export after the current batch on the first signal. The second signal ends the process immediately. */
function stopOnSignals(): { readonly stop: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    release();
    report(["Stopping after the batch in hand …"]);
    controller.abort();
  };
  const release = () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  return { stop: controller.signal, release };
}

function conditionOf(text: string): Condition {
  const condition = parseCondition(text);
  if (condition !== undefined) return condition;
  throw new UsageError(
    `--filter ${quote(text)} is not a JSON pointer and a value. Write it as /order/state=failed; a text that looks like JSON goes in double quotes.`,
  );
}

function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = parseSince(text, Date.now());
  if (time !== undefined) return time;
  throw new UsageError(
    `--since ${quote(text)} is not a time. Write a date (2026-11-27), a time with its zone (2026-11-27T08:00Z), or how long ago (30m, 24h, 7d).`,
  );
}

function report(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${toPrintable(line)}\n`);
}
