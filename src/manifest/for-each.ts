import type { JsonValue } from "../types.ts";
import { describeValue } from "./describe-value.ts";
import { interpolate, type OnVariableProblem } from "./interpolate.ts";
import type { MessageInput } from "./manifest-input.ts";
import { readSpelling, recordSpelling } from "./number-spelling.ts";
import { parseExactly } from "./source/exact-json.ts";
import type { Scope } from "./variables.ts";

/** Messages of one manifest, repetitions counted. More belong into a data file, which is not held in memory. */
export const maxMessages = 100_000;

/**
 * The scopes of a message: one where it stands for itself, one for each item where it has `for_each`. The same text gives
 * the same messages in the same order, always.
 */
export function expandForEach(
  { for_each }: MessageInput,
  scope: Scope,
  onProblem: OnVariableProblem,
): readonly Scope[] {
  if (for_each === undefined) return [scope];
  const { value, unknown } = interpolate(for_each, scope, { secretsAllowed: false, textOnly: false }, onProblem);
  const items = toItems(value);
  if (items !== undefined) {
    return items.map((item, index) => {
      const local = { ...scope.local, item, index };
      if (typeof item === "number") recordSpelling(local, "item", item, readSpelling(items, index, item));
      return { ...scope, local };
    });
  }
  if (unknown.length === 0) {
    const what = `"for_each" is ${describeValue(value)}, not a list or a count of at most ${maxMessages}`;
    onProblem("WRONG_TYPE", [], String(for_each), what, "Write a list, a count, or a variable that is one of them.");
  }
  return [];
}

function toItems(given: JsonValue): readonly JsonValue[] | undefined {
  const value = typeof given === "string" ? parseList(given) : given;
  if (Array.isArray(value)) return value.length <= maxMessages ? value : undefined;
  const count = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > maxMessages) return undefined;
  return Array.from({ length: count }, (_, index) => index);
}

/** A list that is JSON in a text, as `pulumi config set` takes it; any other text as it is. */
function parseList(text: string): JsonValue {
  const parsed = /^\s*\[/.test(text) ? parseExactly(text, Buffer.byteLength(text)) : undefined;
  return parsed?.ok ? parsed.value : text;
}
