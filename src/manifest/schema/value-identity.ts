import { InexactNumber } from "./decimal.ts";
import type { SchemaValue } from "./types.ts";

/** Characters that cost as much as one schema to check. */
export const charactersPerStep = 64;

/** The same text for equal JSON values, whatever the order of their keys, and another for others. */
export function identify(value: SchemaValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return value === 0 ? "0" : String(value);
  // No value of a body is one that a double cannot hold.
  if (value instanceof InexactNumber) return `number ${value.source}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(identify).join(",")}]`;
  const keys = Object.keys(value).sort();
  const entries = value as Readonly<Record<string, SchemaValue>>;
  return `{${keys.map((key) => `${JSON.stringify(key)}:${identify(entries[key] ?? null)}`).join(",")}}`;
}
