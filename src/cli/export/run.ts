import { describeSystemError, isFileError } from "../../file-error.ts";
import { formatDiagnostic, ProblemCollector } from "../../manifest/index.ts";
import { quote, toPrintable } from "../../printable.ts";
import { describeThisProcess, isRunning, systemClock } from "../../push/index.ts";
import {
  type Condition,
  drainQueue,
  ExportError,
  type ExportFiles,
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
import { connect } from "./connect.ts";
import { type ExportFlags, visibilityMsOf } from "./flags.ts";
import { type OutputPaths, resolveOutputPaths } from "./output-paths.ts";
import { type PreparedExport, prepareExport } from "./prepare-export.ts";
import { exportedText, peekedText, printLines, takenText, unsettledText, writtenFiles } from "./summary.ts";

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
  const selection = { conditions: flags.filter.map(parseConditionOption), sinceMs: parseSinceOption(flags.since) };
  const connection = await connect(root, flags.stack, env);
  try {
    const prepared = await prepareExport(connection, queue, flags);
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
      const next = "Make its folder writable and check that the disk has free space, then run it again.";
      throw new ExportError("EXPORT_UNWRITABLE", `the export cannot be written: ${describeSystemError(error)}`, next);
    } finally {
      release();
    }
  } finally {
    await connection.client.close();
  }
}

interface ExportRequest {
  readonly flags: ExportFlags;
  readonly selection: { readonly conditions: readonly Condition[]; readonly sinceMs: number | undefined };
}

async function exportTo(
  location: OutputPaths,
  { head, maxDeliveries }: PreparedExport,
  { flags, selection }: ExportRequest,
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
      for (const found of findRowCredentials(rows, (row) => locateRow(files, location, row))) problems.add(found);
    },
    onWait: (seconds: number, why: string) => printLines([`Waiting for ${seconds} s: ${why}.`]),
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
    if (stopped) throw interruptedError(files);
    for (const path of writtenFiles(files, location.shown)) process.stdout.write(`${toPrintable(path)}\n`);
    printLines(exportedText(files, location.shown));
    printLines("seen" in left ? peekedText(left) : takenText(left));
    if (unsettled !== undefined) printLines([unsettled]);
    return unsettled === undefined ? 0 : 1;
  } finally {
    printLines(problems.sorted().map((found) => formatDiagnostic(found)));
    if (problems.omitted > 0) printLines([`${problems.omitted} more problems are not shown.`]);
    if (!closed) await closeUnfinished(files);
  }
}

/** Saves the progress of an export, so that the next run can continue it. */
async function closeUnfinished(files: ExportFiles): Promise<void> {
  try {
    await files.close(false);
  } catch (error) {
    // The error that ended the export already reports the problem with the files.
    await files.abandon();
    if (!(error instanceof ExportError) && !isFileError(error)) throw error;
  }
}

function interruptedError({ rows }: Pick<ExportFiles, "rows">): ExportError {
  const written = rows.json + rows.text + rows.unpushable;
  const next = `The ${written} messages that were written are kept. Run it again to continue.`;
  return new ExportError("EXPORT_STOPPED", "the export was interrupted", next);
}

function locateRow(files: ExportFiles, { shown }: OutputPaths, row: Row): SourceLocation {
  return { file: shown.data[row.kind], line: files.locationOf(row.id)?.line ?? 1, column: 1 };
}

/** Stops the export after the current batch on the first signal. The second signal ends the process immediately. */
function stopOnSignals(): { readonly stop: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    release();
    printLines(["Stopping after the current batch …"]);
    controller.abort();
  };
  const release = () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  return { stop: controller.signal, release };
}

function parseConditionOption(text: string): Condition {
  const condition = parseCondition(text);
  if (condition !== undefined) return condition;
  throw new UsageError(
    `--filter ${quote(text)} is not a JSON pointer and a value. Write it as /order/state=failed; a text that looks like JSON goes in double quotes.`,
  );
}

function parseSinceOption(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = parseSince(text, Date.now());
  if (time !== undefined) return time;
  throw new UsageError(
    `--since ${quote(text)} is not a time. Write a date (2026-11-27), a time with its zone (2026-11-27T08:00Z), or how long ago (30m, 24h, 7d).`,
  );
}
