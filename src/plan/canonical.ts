import canonicalize from "canonicalize";
import type { JsonValue } from "../types.ts";

/**
 * A value's canonical JSON (RFC 8785): what JSON.stringify writes of a value whose keys are in order. To put them in order
 * first costs half of what the library takes, which is left with what needs more: keys that JavaScript orders by itself, and
 * what is no JSON at all.
 *
 * @throws Error for a value that JSON does not have
 */
export function canonicalText(value: JsonValue): string {
  const sorted = inOrder(value);
  if (sorted !== unfit) return JSON.stringify(sorted);
  const text = canonicalize(value);
  if (text === undefined) throw new Error("a message's body is not a JSON value");
  return text;
}

/** JSON.stringify would not write it as RFC 8785 wants it, whatever the order in which its keys were added. */
const unfit = Symbol("unfit");

/** The value with all keys in the order of their UTF-16 code units; itself where they are. */
function inOrder(value: JsonValue): JsonValue | typeof unfit {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? value : unfit;
    case "number":
      return Number.isFinite(value) ? value : unfit;
    case "boolean":
      return value;
    case "object":
      if (value === null) return value;
      return Array.isArray(value) ? itemsInOrder(value) : keysInOrder(value as Readonly<Record<string, JsonValue>>);
    default:
      return unfit;
  }
}

function itemsInOrder(items: readonly JsonValue[]): JsonValue | typeof unfit {
  let copy: JsonValue[] | undefined;
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at] as JsonValue;
    const sorted = inOrder(item);
    if (sorted === unfit) return unfit;
    if (sorted !== item) copy ??= items.slice(0, at);
    copy?.push(sorted);
  }
  return copy ?? items;
}

function keysInOrder(object: Readonly<Record<string, JsonValue>>): JsonValue | typeof unfit {
  const keys = Object.keys(object);
  let same = true;
  for (let at = 1; same && at < keys.length; at += 1) same = (keys[at - 1] as string) < (keys[at] as string);
  if (!same) keys.sort();
  const copy: Record<string, JsonValue> = {};
  for (const key of keys) {
    const value = object[key] as JsonValue;
    const sorted = inOrder(value);
    if (sorted === unfit || isUnfitKey(key)) return unfit;
    if (sorted !== value) same = false;
    copy[key] = sorted;
  }
  return same ? object : copy;
}

/** Keys that look like array indices come first in every object, and `__proto__` is none when it is set. */
function isUnfitKey(key: string): boolean {
  const first = key.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || key === "__proto__" || !key.isWellFormed();
}
