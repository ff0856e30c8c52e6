import { createHash } from "node:crypto";
import { stateOf } from "./backlog.ts";
import { type Broker, expiryOf } from "./broker.ts";
import type { Queue } from "./queue.ts";
import type { QueuedMessage } from "./types.ts";

/** What came of an acknowledgement. Warnings are by lease id. */
export interface Settled {
  readonly acknowledged: number;
  readonly retried: number;
  /** Of those that were retried: how many ran out of retries and left the queue. */
  readonly buried: number;
  readonly warnings: Record<string, string>;
}

export interface Retry {
  readonly leaseId: string;
  /** Seconds; undefined: the consumer's. */
  readonly delaySeconds: number | undefined;
}

const staleLease = "The lease is unknown or has expired";

/** Which call showed a message that was left where it is. */
type SeenBy = "ref" | "preview";

/** Hand out messages, oldest first. They come back when the visibility timeout passes without an acknowledgement. */
export function lease(broker: Broker, queue: Queue, count: number, visibilityMs: number): QueuedMessage[] {
  broker.settle();
  const now = broker.clock.now();
  const messages = queue.backlog.lease(count, visibilityMs, now);
  broker.allowance.count(messages, now);
  return messages;
}

/** @param lateAcks whether a lease that has ended is as good as one that holds, as long as nobody has another */
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

/** Undo leases, as if the messages had not been delivered. */
export function handBack(broker: Broker, queue: Queue, leaseIds: readonly string[]): void {
  for (const leaseId of leaseIds) {
    const message = leasedBy(queue, leaseId);
    if (message !== undefined) queue.backlog.handBack(message, broker.clock.now());
  }
}

/** Let leases run for `visibilityMs` from now. */
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

/** The oldest messages that could be delivered now, left where they are. */
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

/** Delete messages by the references of a peek. @returns warnings by reference */
export function purgeRefs(broker: Broker, queue: Queue, refs: readonly string[]): Record<string, string> {
  return removeSeen(broker, queue, refs, "ref");
}

/** Delete messages by what a preview called them. @returns warnings by that name */
export function purgePreviewed(broker: Broker, queue: Queue, previewIds: readonly string[]): Record<string, string> {
  return removeSeen(broker, queue, previewIds, "preview");
}

function removeSeen(broker: Broker, queue: Queue, handles: readonly string[], kind: SeenBy): Record<string, string> {
  broker.settle();
  const warnings: Record<string, string> = {};
  for (const handle of handles) {
    const [seq, rest] = readHandle(queue, handle);
    if (seq === undefined || rest !== kind || !queue.backlog.remove(seq)) {
      warnings[handle] = "The reference is unknown, or its message has gone";
    }
  }
  return warnings;
}

/** 32 hex digits, the same for a message at each delivery. */
export function messageId(queue: Queue, message: QueuedMessage): string {
  return createHash("sha256").update(`${queue.id} ${message.seq}`).digest("hex").slice(0, 32);
}

/** Good until the message is settled or delivered again. */
export function leaseId(queue: Queue, message: QueuedMessage): string {
  return writeHandle(queue, message.seq, String(message.attempts));
}

export function refOf(queue: Queue, message: QueuedMessage): string {
  return writeHandle(queue, message.seq, "ref" satisfies SeenBy);
}

/** Stands in the place of a lease in a preview's answer, and is none: nobody leases what is looked at. */
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

/** Handles are opaque to callers; inside they say what they mean, so that none has to be kept. */
function writeHandle(queue: Queue, seq: number, rest: string): string {
  return Buffer.from(`${queue.id}:${seq}:${rest}`).toString("base64url");
}

function readHandle(queue: Queue, handle: string): [seq: number | undefined, rest: string | undefined] {
  const [id, seq, rest] = Buffer.from(handle, "base64url").toString().split(":");
  return id === queue.id && seq !== undefined && /^\d+$/.test(seq) ? [Number(seq), rest] : [undefined, undefined];
}
