import type { DeliveredMessage } from "../cloudflare/index.ts";
import { canonicalText } from "../plan/canonical-json.ts";
import type { JsonValue } from "../types.ts";
import { decodeBody } from "./body.ts";

/** A condition on message bodies: a JSON pointer (RFC 6901) and the value it must resolve to. */
export interface Condition {
  /** The unescaped parts of the pointer. */
  readonly path: readonly string[];
  /** As canonical JSON. */
  readonly value: string;
}

/** Selects messages. */
export interface Selection {
  /** All conditions must be met. */
  readonly conditions: readonly Condition[];
  /** Earliest time, in milliseconds since the epoch; undefined if the age does not matter. */
  readonly sinceMs: number | undefined;
}

/**
 * Parses a condition such as `/order/state=failed`. The value is JSON, or a text if it is not valid JSON.
 *
 * @returns undefined if the text is not a pointer and a value
 */
export function parseCondition(text: string): Condition | undefined {
  const [, pointer = "", written = ""] = /^((?:\/[^=]*)?)=(.*)$/s.exec(text) ?? [undefined];
  if (!/^(?:\/[^=]*)?=/.test(text) || /~(?![01])/.test(pointer)) return undefined;
  const path = pointer.split("/").slice(1);
  return { path: path.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")), value: canonical(written) };
}

/** Checks whether a message is selected. A body that is not JSON or text meets no condition. */
export function isSelected(message: DeliveredMessage, { conditions, sinceMs }: Selection): boolean {
  if (sinceMs !== undefined && (message.timestampMs === undefined || message.timestampMs < sinceMs)) return false;
  if (conditions.length === 0) return true;
  const body = decodeBody(message);
  if (body.kind === "other") return false;
  const value: JsonValue = body.kind === "json" ? JSON.parse(body.text) : body.text;
  return conditions.every(({ path, value: wanted }) => {
    const found = follow(value, path);
    return found !== undefined && canonicalText(found) === wanted;
  });
}

function follow(value: JsonValue, path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const part of path) {
    if (Array.isArray(at)) at = /^(?:0|[1-9]\d*)$/.test(part) ? (at as readonly JsonValue[])[Number(part)] : undefined;
    else if (typeof at === "object" && at !== null && Object.hasOwn(at, part))
      at = (at as Readonly<Record<string, JsonValue>>)[part];
    else return undefined;
  }
  return at;
}

function canonical(written: string): string {
  try {
    return canonicalText(JSON.parse(written));
  } catch {
    return canonicalText(written.toWellFormed());
  }
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Parses a point in time: an ISO 8601 date, an ISO 8601 time with its zone, or an age such as `30m`, `24h` or `7d`.
 *
 * @returns milliseconds since the epoch, undefined if the text is none of these
 */
export function parseSince(text: string, nowMs: number): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * (units[unit] ?? 0);
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
