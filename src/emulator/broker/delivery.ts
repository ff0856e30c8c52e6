import { createHash } from "node:crypto";
import { stateOf } from "./backlog.ts";
import { type Broker, expiryOf } from "./broker.ts";
import type { Queue } from "./queue.ts";
import type { QueuedMessage } from "./types.ts";

/** The result of an acknowledgement. Warnings are by lease id. */
export interface Settled {
  readonly acknowledged: number;
  readonly retried: number;
  /** How many of the retried messages ran out of retries and left the queue. */
  readonly buried: number;
  readonly warnings: Record<string, string>;
}

export interface Retry {
  readonly leaseId: string;
  /** Seconds; undefined for the consumer's own delay. */
  readonly delaySeconds: number | undefined;
}

const staleLease = "The lease is unknown or has expired";

/** The call that showed a message without leasing it. */
type SeenBy = "ref" | "preview";

/** Leases messages, oldest first. They return to the queue if the visibility timeout ends without an acknowledgement. */
export function lease(broker: Broker, queue: Queue, count: number, visibilityMs: number): QueuedMessage[] {
  broker.settle();
  const now = broker.clock.now();
  const messages = queue.backlog.lease(count, visibilityMs, now);
  broker.allowance.count(messages, now);
  return messages;
}

/**
 * Acknowledges or retries leased messages.
 *
 * @param lateAcks whether to accept an ended lease, as long as the message was not leased again
 */
export function acknowledge(
  broker: Broker,
  queue: Queue,
  leaseIds: readonly string[],
  retries: readonly Retry[],
  lateAcks = false,
): Settled {
  broker.settle();
  const now = broker.clock.now();
  const warnings: Record<string, string> = {};
  let acknowledged = 0;
  let retried = 0;
  let buried = 0;
  for (const leaseId of leaseIds) {
    const message = leasedBy(queue, leaseId) ?? (lateAcks ? onceLeasedBy(queue, leaseId) : undefined);
    if (message === undefined) {
      warnings[leaseId] = staleLease;
      continue;
    }
    queue.backlog.remove(message.seq);
    broker.allowance.count([message], now);
    acknowledged += 1;
  }
  for (const { leaseId, delaySeconds } of retries) {
    const message = leasedBy(queue, leaseId);
    if (message === undefined) {
      warnings[leaseId] = staleLease;
      continue;
    }
    const delay = delaySeconds ?? queue.consumer?.retryDelay ?? 0;
    if (!queue.backlog.giveBack(message, delay, now, expiryOf(queue))) {
      broker.bury(queue, message);
      buried += 1;
    }
    retried += 1;
  }
  return { acknowledged, retried, buried, warnings };
}

/** Undoes leases, as if the messages had not been delivered. */
export function handBack(broker: Broker, queue: Queue, leaseIds: readonly string[]): void {
  for (const leaseId of leaseIds) {
    const message = leasedBy(queue, leaseId);
    if (message !== undefined) queue.backlog.handBack(message, broker.clock.now());
  }
}

/** Extends leases to `visibilityMs` from now. */
export function extend(
  broker: Broker,
  queue: Queue,
  leaseIds: readonly string[],
  visibilityMs: number,
): { extended: number; warnings: Record<string, string> } {
  broker.settle();
  const warnings: Record<string, string> = {};
  let extended = 0;
  for (const leaseId of leaseIds) {
    const message = leasedBy(queue, leaseId);
    if (message === undefined) {
      warnings[leaseId] = staleLease;
      continue;
    }
    queue.backlog.extend(message, visibilityMs, broker.clock.now());
    extended += 1;
  }
  return { extended, warnings };
}

/** Returns the oldest messages that could be delivered now, without leasing them. */
export function peek(broker: Broker, queue: Queue, count: number): QueuedMessage[] {
  broker.settle();
  const now = broker.clock.now();
  const seen: QueuedMessage[] = [];
  for (const message of queue.backlog.all()) {
    if (seen.length === count) break;
    if (stateOf(message, now) === "ready") seen.push(message);
  }
  return seen;
}

/** Deletes messages by the references of a peek. @returns warnings by reference */
export function purgeRefs(broker: Broker, queue: Queue, refs: readonly string[]): Record<string, string> {
  return removeSeen(broker, queue, refs, "ref");
}

/** Deletes messages by the ids of a preview. @returns warnings by id */
export function purgePreviewed(broker: Broker, queue: Queue, previewIds: readonly string[]): Record<string, string> {
  return removeSeen(broker, queue, previewIds, "preview");
}

function removeSeen(broker: Broker, queue: Queue, handles: readonly string[], kind: SeenBy): Record<string, string> {
  broker.settle();
  const warnings: Record<string, string> = {};
  for (const handle of handles) {
    const [seq, rest] = readHandle(queue, handle);
    if (seq === undefined || rest !== kind || !queue.backlog.remove(seq)) {
      warnings[handle] = "The reference is unknown, or its message no longer exists";
    }
  }
  return warnings;
}

/** Returns the message's id: 32 hex digits, the same at each delivery. */
export function messageId(queue: Queue, message: QueuedMessage): string {
  return createHash("sha256").update(`${queue.id} ${message.seq}`).digest("hex").slice(0, 32);
}

/** Returns the lease's id, which is valid until the message is acknowledged or delivered again. */
export function leaseId(queue: Queue, message: QueuedMessage): string {
  return writeHandle(queue, message.seq, String(message.attempts));
}

export function refOf(queue: Queue, message: QueuedMessage): string {
  return writeHandle(queue, message.seq, "ref" satisfies SeenBy);
}

/** Returns the id that a preview shows in place of a lease id: a preview does not lease messages. */
export function previewId(queue: Queue, message: QueuedMessage): string {
  return writeHandle(queue, message.seq, "preview" satisfies SeenBy);
}

function leasedBy(queue: Queue, handle: string): QueuedMessage | undefined {
  const [seq, attempts] = readHandle(queue, handle);
  return seq === undefined ? undefined : queue.backlog.leased(seq, Number(attempts));
}

function onceLeasedBy(queue: Queue, handle: string): QueuedMessage | undefined {
  const [seq, attempts] = readHandle(queue, handle);
  return seq === undefined ? undefined : queue.backlog.onceLeased(seq, Number(attempts));
}

/** Encodes a handle. Handles are opaque to callers but self-contained, so that none has to be stored. */
function writeHandle(queue: Queue, seq: number, rest: string): string {
  return Buffer.from(`${queue.id}:${seq}:${rest}`).toString("base64url");
}

function readHandle(queue: Queue, handle: string): [seq: number | undefined, rest: string | undefined] {
  const [id, seq, rest] = Buffer.from(handle, "base64url").toString().split(":");
  return id === queue.id && seq !== undefined && /^\d+$/.test(seq) ? [Number(seq), rest] : [undefined, undefined];
}
