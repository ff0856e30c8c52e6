import canonicalize from "canonicalize";
import type { JsonValue } from "../types.ts";

/**
 * A value's canonical JSON (RFC 8785). What JSON.stringify writes is canonical already when the keys happen to be in
 * order, as they are in most data files: to look costs a fraction of writing them in order.
 *
 * @throws Error for a value that JSON does not have
 */
export function canonicalText(value: JsonValue): string {
  if (isPlain(value)) return JSON.stringify(value);
  const text = canonicalize(value);
  if (text === undefined) throw new Error("a message's body is not a JSON value");
  return text;
}

/** Whether JSON.stringify writes the value as RFC 8785 wants it: keys in the order of their UTF-16 code units, all of it JSON. */
function isPlain(value: JsonValue): boolean {
  switch (typeof value) {
    case "string":
      return value.isWellFormed();
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return true;
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  const object = value as Readonly<Record<string, JsonValue>>;
  let before: string | undefined;
  for (const key of Object.keys(object)) {
    if ((before !== undefined && key <= before) || !key.isWellFormed() || !isPlain(object[key] as JsonValue))
      return false;
    before = key;
  }
  return true;
}
