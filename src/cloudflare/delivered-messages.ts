import { isObject } from "../json-object.ts";
import { isCount } from "./envelope.ts";

/** A message as a pull or a peek returns it. The content type defines the encoding of its body. */
export interface DeliveredMessage {
  readonly id: string;
  /** The body as the API returned it: a string in every documented case. */
  readonly body: unknown;
  /** `json`, `text`, `bytes` or `v8`; undefined if the answer does not say. */
  readonly contentType: string | undefined;
  /** Deliveries so far, including this one; undefined if the answer does not say. */
  readonly attempts: number | undefined;
  /** Milliseconds since the epoch at which the message arrived; undefined if the answer does not say. */
  readonly timestampMs: number | undefined;
}

export interface PulledMessage extends DeliveredMessage {
  readonly leaseId: string;
}

export interface Pulled {
  readonly messages: readonly PulledMessage[];
  /** Unacknowledged messages in the queue, including leased ones; undefined if the answer does not say. */
  readonly backlog: number | undefined;
}

/** The result of an acknowledgement. */
export interface Acknowledged {
  /** Leases that the API confirmed; undefined if the answer does not say which of them. */
  readonly confirmed: number | undefined;
  /** The leases in warnings of the API. */
  readonly refused: ReadonlySet<string>;
  /** The number of warnings without a lease. */
  readonly otherWarnings: number;
}

/** Reads the result of a pull. @returns undefined if a message in it is not valid */
export function parsePulled(result: unknown): Pulled | undefined {
  if (!isObject(result)) return undefined;
  const messages = parseMessages(result.messages, (message, delivered) =>
    typeof message.lease_id === "string" && message.lease_id !== ""
      ? { ...delivered, leaseId: message.lease_id }
      : undefined,
  );
  if (messages === undefined) return undefined;
  const backlog = isCount(result.message_backlog_count) ? result.message_backlog_count : undefined;
  return { messages, backlog };
}

/** Reads the result of a peek: an object with messages, or only the list. */
export function parsePeeked(result: unknown): readonly DeliveredMessage[] | undefined {
  return parseMessages(isObject(result) ? result.messages : result, (_, delivered) => delivered);
}

/** Reads the result of an acknowledgement. Warnings are documented as a list; in practice they are a map by lease. */
export function parseAcknowledged(result: unknown, leaseIds: readonly string[]): Acknowledged | undefined {
  if (!isObject(result)) return undefined;
  const { ackCount, warnings } = result;
  const texts = Array.isArray(warnings) ? warnings.map(String) : isObject(warnings) ? Object.keys(warnings) : [];
  const refused = new Set(leaseIds.filter((id) => texts.some((text) => text.includes(id))));
  const otherWarnings = texts.filter((text) => !leaseIds.some((id) => text.includes(id))).length;
  return { confirmed: isCount(ackCount) ? ackCount : undefined, refused, otherWarnings };
}

function parseMessages<T>(
  value: unknown,
  read: (message: Record<string, unknown>, delivered: DeliveredMessage) => T | undefined,
): readonly T[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const messages: T[] = [];
  for (const entry of value) {
    const delivered = parseDelivered(entry);
    const message = delivered && read(entry, delivered);
    // The caller would lose a skipped message until its lease ends.
    if (message === undefined) return undefined;
    messages.push(message);
  }
  return messages;
}

function parseDelivered(entry: unknown): DeliveredMessage | undefined {
  if (!isObject(entry) || typeof entry.id !== "string" || entry.id === "") return undefined;
  return {
    id: entry.id,
    body: entry.body,
    contentType: parseContentType(entry.metadata),
    attempts: isCount(entry.attempts) ? entry.attempts : undefined,
    timestampMs: isCount(entry.timestamp_ms) ? entry.timestamp_ms : undefined,
  };
}

function parseContentType(metadata: unknown): string | undefined {
  if (!isObject(metadata)) return undefined;
  const key = Object.keys(metadata).find((name) => name.toLowerCase() === "cf-content-type");
  const value = key === undefined ? undefined : metadata[key];
  return typeof value === "string" ? value.toLowerCase() : undefined;
}
