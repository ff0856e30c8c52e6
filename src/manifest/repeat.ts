import type { JsonValue } from "../types.ts";
import { interpolate, type OnProblem } from "./interpolate.ts";
import { parseExactly } from "./source/json.ts";
import { noteSpelling, spellingIn } from "./spelling.ts";
import type { Scope } from "./variables.ts";
import { shown } from "./words.ts";
import type { WrittenMessage } from "./written.ts";

/** Messages of one manifest, repetitions counted. More belong into a data file, which is not held in memory. */
export const maxMessages = 100_000;

/**
 * The scopes of a message: one where it stands for itself, one for each item where it has `for_each`. The same text gives
 * the same messages in the same order, always.
 */
export function repetitions({ for_each }: WrittenMessage, scope: Scope, tell: OnProblem): readonly Scope[] {
  if (for_each === undefined) return [scope];
  const { value, unknown } = interpolate(for_each, scope, { secretsAllowed: false, textOnly: false }, tell);
  const items = toItems(value);
  if (items !== undefined) {
    return items.map((item, index) => {
      const local = { ...scope.local, item, index };
      if (typeof item === "number") noteSpelling(local, "item", item, spellingIn(items, index, item));
      return { ...scope, local };
    });
  }
  if (unknown.length === 0) {
    const what = `"for_each" is ${shown(value)}, not a list or a count of at most ${maxMessages}`;
    tell("WRONG_TYPE", [], String(for_each), what, "Write a list, a count, or a variable that is one of them.");
  }
  return [];
}

function toItems(given: JsonValue): readonly JsonValue[] | undefined {
  const value = typeof given === "string" ? listIn(given) : given;
  if (Array.isArray(value)) return value.length <= maxMessages ? value : undefined;
  const count = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > maxMessages) return undefined;
  return Array.from({ length: count }, (_, index) => index);
}

/** A list that is JSON in a text, as `pulumi config set` takes it; any other text as it is. */
function listIn(text: string): JsonValue {
  const parsed = /^\s*\[/.test(text) ? parseExactly(text, Buffer.byteLength(text)) : undefined;
  return parsed?.ok ? parsed.value : text;
}
