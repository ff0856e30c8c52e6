import { toPrintable, toPrintableLines } from "../../../printable.ts";
import type { Rehearsal } from "../../../rehearse/types.ts";

/** Keys whose texts come from the consumer and may have several lines. */
const severalLines = new Set(["text", "message", "stack"]);

/** Makes every text of a rehearsal printable. Line breaks in the consumer's output are kept. */
export function printableRehearsal(rehearsal: Rehearsal): Rehearsal {
  return mapped(rehearsal, "") as Rehearsal;
}

function mapped(value: unknown, key: string): unknown {
  if (typeof value === "string") return severalLines.has(key) ? toPrintableLines(value) : toPrintable(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => mapped(each, key));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapped(inner, name)]));
}
