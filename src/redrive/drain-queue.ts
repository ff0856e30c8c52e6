import { maxDelivered, type PulledMessage } from "../cloudflare/index.ts";
import type { QueueRef } from "../types.ts";
import type { ExportFiles } from "./export-files.ts";
import type { ExportHost } from "./export-host.ts";
import { isSelected, type Selection } from "./filter.ts";
import { OpenLeases, pauseMs } from "./open-leases.ts";
import { type PulledBatch, pullBatch } from "./pull-batch.ts";
import { callWithRetries, type OnWait, pause, type RetryOptions } from "./retry-call.ts";
import { type Row, toRow, unpushableRow } from "./row.ts";

export interface DrainOptions {
  readonly queue: QueueRef;
  readonly selection: Selection;
  /** Maximum number of messages in the files, including those of earlier runs. */
  readonly limit: number;
  /** Lease duration of pulled messages, in milliseconds. */
  readonly visibilityMs: number;
  /** Number of deliveries after which the queue drops a message, or moves it to its dead letter queue. */
  readonly maxDeliveries: number;
  readonly metadata: boolean;
  /** Called with the rows of each batch after they are written. */
  readonly onRows: (rows: readonly Row[]) => void;
  readonly onWait: OnWait;
}

/** Result of a run that takes messages out of a queue. */
export interface DrainResult {
  /** Number of messages that were delivered but stay in the queue, since they were not selected. */
  readonly remaining: number;
  /** Number of messages in the queue at the end, by its metrics; undefined if they could not be read. */
  readonly backlog: number | undefined;
  /** Whether the run was interrupted before the queue was empty. */
  readonly stopped: boolean;
}

/** Consecutive empty responses after which a queue counts as empty: a response may be empty although there are messages. */
const emptyPulls = { nothingReported: 2, somethingReported: 4 } as const;

/** Consecutive responses without anything new after which the run ends. */
const maxFruitlessPulls = 5;

/**
 * Takes messages out of a queue: pulls a batch, writes it to disk, then acknowledges it. A message that is already in the files
 * is acknowledged, but not written again. A message whose lease has expired is not acknowledged, since it may be delivered again,
 * here or to another consumer.
 *
 * @throws ExportError if the API rejects a call or a file cannot be written; rows already written are kept
 */
export async function drainQueue(files: ExportFiles, options: DrainOptions, host: ExportHost): Promise<DrainResult> {
  return new QueueDrain(files, options, host).run();
}

class QueueDrain {
  readonly #files: ExportFiles;
  readonly #options: DrainOptions;
  readonly #host: ExportHost;
  readonly #retries: RetryOptions;
  /** Leases of messages that stay in the queue, by message id. */
  readonly #held = new Map<string, PulledMessage>();
  readonly #leases: OpenLeases;
  /** The latest number of unacknowledged messages that the queue reported. */
  #backlog: number | undefined;

  constructor(files: ExportFiles, options: DrainOptions, host: ExportHost) {
    this.#files = files;
    this.#options = options;
    this.#host = host;
    this.#leases = new OpenLeases(files, host, options.onWait);
    this.#retries = { clock: host.clock, stop: host.stop, onWait: options.onWait };
  }

  async run(): Promise<DrainResult> {
    const { stop } = this.#host;
    let empty = 0;
    let fruitless = 0;
    while (!stop.aborted && fruitless < maxFruitlessPulls) {
      const room = this.#room();
      if (room <= 0) {
        // Only written but unacknowledged messages are needed now; delivering others would only use up their retries.
        if (this.#files.unsettled.size === 0) break;
        await this.#leases.waitForEnd();
        fruitless += 1;
      }
      const pulled = await this.#pull(Math.min(maxDelivered, room > 0 ? room : this.#files.unsettled.size));
      if (pulled.messages.length > 0) {
        empty = 0;
        const isKnown = pulled.messages.every(({ id }) => this.#held.has(id));
        const fruitful = await this.#takeBatch(pulled);
        // Every message was seen once, unless the leases were too short for a queue of this size.
        if (isKnown && (this.#backlog ?? 0) <= this.#held.size) break;
        if (fruitful) fruitless = 0;
        else fruitless += 1;
      } else if (this.#leases.mayReturnMessages((this.#backlog ?? 1) > this.#held.size)) {
        await this.#leases.waitForEnd();
      } else {
        empty += 1;
        const reported = this.#backlog !== undefined && this.#backlog > this.#held.size;
        if (empty >= (reported ? emptyPulls.somethingReported : emptyPulls.nothingReported)) break;
        await pause(this.#host.clock, pauseMs, stop);
      }
    }
    await this.#releaseHeld();
    const metrics = await this.#host.source.metrics(this.#options.queue);
    const backlog = metrics.kind === "ok" ? metrics.value.backlog_count : undefined;
    return { remaining: this.#held.size, backlog, stopped: stop.aborted };
  }

  /** Returns how many more messages may be written to the files. */
  #room(): number {
    const { json, text, unpushable } = this.#files.rows;
    return this.#options.limit - json - text - unpushable;
  }

  async #pull(count: number): Promise<PulledBatch> {
    const { queue, visibilityMs } = this.#options;
    const onLostResponse = () => this.#leases.addLostPull(visibilityMs);
    const batch = await pullBatch({ queue, count, visibilityMs }, this.#host, this.#retries, onLostResponse);
    this.#backlog = batch.backlog ?? this.#backlog;
    return batch;
  }

  /** @returns whether the batch contained a new message or settled one */
  async #takeBatch({ messages, leaseEndsMs, isOver }: PulledBatch): Promise<boolean> {
    const toAcknowledge: PulledMessage[] = [];
    const rows = new Map<string, Row>();
    const heldBefore = this.#held.size;
    for (const message of messages) {
      const row = this.#files.has(message.id) ? undefined : this.#toRow(message, rows.size);
      if (row === "leave") {
        this.#held.set(message.id, message);
        continue;
      }
      this.#held.delete(message.id);
      if (row !== undefined) rows.set(message.id, row);
      toAcknowledge.push(message);
    }
    await this.#files.put([...rows.values()], leaseEndsMs);
    this.#options.onRows([...rows.values()]);
    const unsettled = this.#files.unsettled.size;
    if (toAcknowledge.length > 0) {
      this.#leases.add(leaseEndsMs);
      await this.#acknowledge(toAcknowledge, isOver);
    }
    return rows.size > 0 || this.#held.size > heldBefore || this.#files.unsettled.size < unsettled;
  }

  #toRow(message: PulledMessage, before: number): Row | "leave" {
    const { selection, metadata, maxDeliveries } = this.#options;
    if (this.#room() > before && isSelected(message, selection)) return toRow(message, metadata);
    if ((message.attempts ?? 1) < maxDeliveries) return "leave";
    // This was the last delivery that the queue allows: if given back, the message would be dropped.
    return unpushableRow(message, "it was not selected, and the queue would have dropped it after this delivery");
  }

  async #acknowledge(messages: readonly PulledMessage[], isOver: () => boolean): Promise<void> {
    // The message may belong to another consumer before the request arrives.
    if (isOver()) return;
    const leases = messages.map(({ leaseId }) => leaseId);
    const send = () => this.#host.source.acknowledge(this.#options.queue, leases);
    const result = await callWithRetries("messages could not be acknowledged", send, this.#retries, { isOver });
    if (result === undefined) return;
    const accepted = messages.filter(({ leaseId }) => !result.refused.has(leaseId));
    // If the count does not match, or a warning names no lease, it is unknown which messages are affected.
    const adds = result.confirmed === undefined ? result.otherWarnings === 0 : result.confirmed >= accepted.length;
    if (adds) this.#files.settle(accepted.map(({ id }) => id));
  }

  /** Releases the leases of messages that stay in the queue. This only saves time, since leases expire on their own. */
  async #releaseHeld(): Promise<void> {
    const leases = [...this.#held.values()].map(({ leaseId }) => leaseId);
    for (let at = 0; at < leases.length; at += maxDelivered) {
      await this.#host.source.releaseLeases(this.#options.queue, leases.slice(at, at + maxDelivered));
    }
  }
}
