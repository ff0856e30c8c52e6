import { createHash } from "node:crypto";
import { type Broker, readExpiry } from "./broker.ts";
import { messageState } from "./message-state.ts";
import type { Queue } from "./queue.ts";
import type { QueuedMessage } from "./types.ts";

/** The result of an acknowledgement. Warnings are by lease id. */
export interface AcknowledgeResult {
  readonly acknowledged: number;
  readonly retried: number;
  /** How many of the retried messages ran out of retries and left the queue. */
  readonly deadLettered: number;
  readonly warnings: Record<string, string>;
}

export interface Retry {
  readonly leaseId: string;
  /** Seconds; undefined for the consumer's own delay. */
  readonly delaySeconds: number | undefined;
}

/** Which leased messages are acknowledged, and which are retried. */
export interface Acknowledgement {
  /** Lease ids. */
  readonly acks?: readonly string[];
  readonly retries?: readonly Retry[];
  /** Whether to accept an ended lease, as long as the message was not leased again. Default: false. */
  readonly lateAcks?: boolean;
}

const staleLease = "The lease is unknown or has expired";

/** The call that showed a message without leasing it. */
type HandleKind = "ref" | "preview";

/** Leases messages, oldest first. They return to the queue if the visibility timeout ends without an acknowledgement. */
export function lease(broker: Broker, queue: Queue, count: number, visibilityMs: number): QueuedMessage[] {
  broker.expireMessages();
  const now = broker.clock.now();
  const messages = queue.backlog.lease(count, visibilityMs, now);
  broker.limits.count(messages, now);
  return messages;
}

/** Acknowledges or retries leased messages. */
export function acknowledge(
  broker: Broker,
  queue: Queue,
  { acks = [], retries = [], lateAcks = false }: Acknowledgement,
): AcknowledgeResult {
  broker.expireMessages();
  const now = broker.clock.now();
  const warnings: Record<string, string> = {};
  let acknowledged = 0;
  let retried = 0;
  let deadLettered = 0;
  for (const leaseId of acks) {
    const message = findLeased(queue, leaseId) ?? (lateAcks ? findOnceLeased(queue, leaseId) : undefined);
    if (message === undefined) {
      warnings[leaseId] = staleLease;
      continue;
    }
    queue.backlog.remove(message.seq);
    broker.limits.count([message], now);
    acknowledged += 1;
  }
  for (const { leaseId, delaySeconds } of retries) {
    const message = findLeased(queue, leaseId);
    if (message === undefined) {
      warnings[leaseId] = staleLease;
      continue;
    }
    const delay = delaySeconds ?? queue.consumer?.retryDelay ?? 0;
    if (!queue.backlog.retry(message, delay, now, readExpiry(queue))) {
      broker.moveToDeadLetterQueue(queue, message);
      deadLettered += 1;
    }
    retried += 1;
  }
  return { acknowledged, retried, deadLettered, warnings };
}

/** Undoes leases, as if the messages had not been delivered. */
export function cancelLeases(broker: Broker, queue: Queue, leaseIds: readonly string[]): void {
  for (const leaseId of leaseIds) {
    const message = findLeased(queue, leaseId);
    if (message !== undefined) queue.backlog.cancelLease(message, broker.clock.now());
  }
}

/** Extends leases to `visibilityMs` from now. */
export function extend(
  broker: Broker,
  queue: Queue,
  leaseIds: readonly string[],
  visibilityMs: number,
): { extended: number; warnings: Record<string, string> } {
  broker.expireMessages();
  const warnings: Record<string, string> = {};
  let extended = 0;
  for (const leaseId of leaseIds) {
    const message = findLeased(queue, leaseId);
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
  broker.expireMessages();
  const now = broker.clock.now();
  const seen: QueuedMessage[] = [];
  for (const message of queue.backlog.all()) {
    if (seen.length === count) break;
    if (messageState(message, now) === "ready") seen.push(message);
  }
  return seen;
}

/** Deletes messages by the references of a peek. @returns warnings by reference */
export function purgeRefs(broker: Broker, queue: Queue, refs: readonly string[]): Record<string, string> {
  return removeByHandles(broker, queue, refs, "ref");
}

/** Deletes messages by the ids of a preview. @returns warnings by id */
export function purgePreviewed(broker: Broker, queue: Queue, previewIds: readonly string[]): Record<string, string> {
  return removeByHandles(broker, queue, previewIds, "preview");
}

function removeByHandles(
  broker: Broker,
  queue: Queue,
  handles: readonly string[],
  kind: HandleKind,
): Record<string, string> {
  broker.expireMessages();
  const warnings: Record<string, string> = {};
  for (const handle of handles) {
    const [seq, rest] = decodeHandle(queue, handle);
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
  return encodeHandle(queue, message.seq, String(message.attempts));
}

export function messageRef(queue: Queue, message: QueuedMessage): string {
  return encodeHandle(queue, message.seq, "ref" satisfies HandleKind);
}

/** Returns the id that a preview shows in place of a lease id: a preview does not lease messages. */
export function previewId(queue: Queue, message: QueuedMessage): string {
  return encodeHandle(queue, message.seq, "preview" satisfies HandleKind);
}

function findLeased(queue: Queue, handle: string): QueuedMessage | undefined {
  const [seq, attempts] = decodeHandle(queue, handle);
  return seq === undefined ? undefined : queue.backlog.findLeased(seq, Number(attempts));
}

function findOnceLeased(queue: Queue, handle: string): QueuedMessage | undefined {
  const [seq, attempts] = decodeHandle(queue, handle);
  return seq === undefined ? undefined : queue.backlog.findOnceLeased(seq, Number(attempts));
}

/** Encodes a handle. Handles are opaque to callers but self-contained, so that none has to be stored. */
function encodeHandle(queue: Queue, seq: number, rest: string): string {
  return Buffer.from(`${queue.id}:${seq}:${rest}`).toString("base64url");
}

function decodeHandle(queue: Queue, handle: string): [seq: number | undefined, rest: string | undefined] {
  const [id, seq, rest] = Buffer.from(handle, "base64url").toString().split(":");
  return id === queue.id && seq !== undefined && /^\d+$/.test(seq) ? [Number(seq), rest] : [undefined, undefined];
}
