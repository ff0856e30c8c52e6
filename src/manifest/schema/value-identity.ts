import { InexactNumber } from "./decimal.ts";
import type { SchemaValue } from "./types.ts";

/** Characters that take as long to check as one schema. */
export const charactersPerStep = 64;

/** Returns the same text exactly for equal JSON values, regardless of the order of their keys. */
export function identify(value: SchemaValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return value === 0 ? "0" : String(value);
  // A body never contains a number that a double cannot represent.
  if (value instanceof InexactNumber) return `number ${value.source}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(identify).join(",")}]`;
  const keys = Object.keys(value).sort();
  const entries = value as Readonly<Record<string, SchemaValue>>;
  return `{${keys.map((key) => `${JSON.stringify(key)}:${identify(entries[key] ?? null)}`).join(",")}}`;
}
