import type { JsonValue } from "../../types.ts";
import { parseExactly } from "../json/exact-json.ts";
import { readSpelling, recordSpelling } from "../json/number-spelling.ts";
import type { MessageInput } from "../manifest-input.ts";
import { describeValue } from "../problem/describe-value.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import { interpolate } from "./interpolate.ts";
import type { Scope } from "./variables.ts";

/** Maximum messages of one manifest, including repetitions. More belong in a data file, which is not held in memory. */
export const maxMessages = 100_000;

/**
 * Returns the scopes of a message: one, or one for each item of `for_each`. The result is deterministic.
 */
export function expandForEach({ for_each }: MessageInput, scope: Scope, onProblem: OnMessageProblem): readonly Scope[] {
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
    onProblem(
      "WRONG_TYPE",
      { path: [], snippet: String(for_each) },
      what,
      "Write a list, a count, or a variable that is one of them.",
    );
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

/** Parses a text that is a JSON list, as `pulumi config set` stores it; other texts are returned unchanged. */
function parseList(text: string): JsonValue {
  const parsed = /^\s*\[/.test(text) ? parseExactly(text, Buffer.byteLength(text)) : undefined;
  return parsed?.ok ? parsed.value : text;
}
