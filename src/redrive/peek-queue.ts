import { maxDelivered } from "../cloudflare/index.ts";
import type { QueueRef } from "../types.ts";
import type { ExportFiles } from "./export-files.ts";
import type { ExportHost } from "./export-host.ts";
import { isSelected, type Selection } from "./filter.ts";
import { callWithRetries, type OnWait } from "./retry-call.ts";
import { type Row, toRow } from "./row.ts";

export interface PeekOptions {
  readonly queue: QueueRef;
  readonly selection: Selection;
  /** Maximum number of messages in the files. */
  readonly limit: number;
  readonly metadata: boolean;
  readonly onRows: (rows: readonly Row[]) => void;
  readonly onWait: OnWait;
}

/** Result of peeking at a queue. */
export interface PeekResult {
  /** Number of messages that the queue returned. */
  readonly seen: number;
  /** Number of messages in the queue, by its metrics; undefined if they could not be read. */
  readonly backlog: number | undefined;
}

/**
 * Writes the messages that a peek returns to the files. One call returns at most 100: the oldest ones that could be delivered
 * now. There is no way to request the messages after them.
 *
 * @throws ExportError if the API rejects the call or a file cannot be written
 */
export async function peekQueue(files: ExportFiles, options: PeekOptions, host: ExportHost): Promise<PeekResult> {
  const { queue, selection, limit, metadata, onRows, onWait } = options;
  const { source, clock, stop } = host;
  const send = () => source.peek(queue, maxDelivered);
  const messages =
    (await callWithRetries("the messages in the queue could not be read", send, { clock, stop, onWait })) ?? [];
  const wanted = messages.filter((message) => !files.has(message.id) && isSelected(message, selection));
  const written = files.rows.json + files.rows.text + files.rows.unpushable;
  const rows = wanted.slice(0, Math.max(0, limit - written)).map((message) => toRow(message, metadata));
  await files.put(rows, 0);
  onRows(rows);
  // Peeked messages are not leased, so nothing must be acknowledged; an interrupted run may have left rows without this record.
  files.settle([...files.unsettled]);
  const metrics = await source.metrics(queue);
  return { seen: messages.length, backlog: metrics.kind === "ok" ? metrics.value.backlog_count : undefined };
}
