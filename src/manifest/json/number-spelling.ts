import type { JsonValue } from "../../types.ts";

type Container = object;

/** The spellings of numbers that JavaScript formats differently, by the list or map that contains them. */
const spellings = new WeakMap<Container, Map<string, string>>();

/** Lists and maps whose spellings have not been needed yet, with the JSON that they were parsed from. */
const unparsed = new WeakMap<Container, string>();

/** Records the spelling of a number, for texts that it may be inserted into: 3.10 is the number 3.1, but another text. */
export function recordSpelling(
  holder: Container,
  key: string | number,
  value: JsonValue,
  source = String(value),
): void {
  if (typeof value !== "number" || String(value) === source) return;
  const known = spellings.get(holder);
  if (known !== undefined) known.set(String(key), source);
  else spellings.set(holder, new Map([[String(key), source]]));
}

/**
 * Records the JSON that a list or a map was parsed from. The spellings are only extracted if a text needs one, because most rows of a
 * data file need none.
 */
export function recordJson(value: JsonValue, json: string): void {
  if (typeof value === "object" && value !== null) unparsed.set(value, json);
}

/**
 * Returns the author's spelling of a number, or undefined if it is the same as JavaScript's.
 *
 * @param path the keys that lead from `holder` through lists and maps to the number
 */
export function findSpelling(holder: Container, path: readonly string[]): string | undefined {
  let at = holder;
  for (let index = 0; index < path.length - 1; index += 1) {
    readNumbers(at);
    at = (at as Readonly<Record<string, Container>>)[path[index] as string] as Container;
  }
  readNumbers(at);
  return spellings.get(at)?.get(path.at(-1) as string);
}

/** Copies the spellings of a list or map to a copy of it, which may have other values. */
export function copySpellings(from: Container, to: Container): void {
  readNumbers(from);
  const known = spellings.get(from);
  if (known !== undefined) spellings.set(to, new Map([...(spellings.get(to) ?? []), ...known]));
}

/** Returns the author's spelling of a number in a list or map. */
export function readSpelling(holder: Container, key: string | number, value: number): string {
  return findSpelling(holder, [String(key)]) ?? String(value);
}

/** Reports whether a list or map directly contains a number that JavaScript formats differently. */
export function hasSpellings(holder: Container): boolean {
  readNumbers(holder);
  return spellings.has(holder);
}

function readNumbers(holder: Container): void {
  const json = unparsed.get(holder);
  if (json === undefined) return;
  unparsed.delete(holder);
  transfer(parseWithSpellings(json), holder as JsonValue);
}

/** Parses JSON and records the spellings of its numbers. @throws SyntaxError */
export function parseWithSpellings(json: string): JsonValue {
  // TypeScript lacks the third argument, which Node passes since version 21.
  const reviver = function (this: object, key: string, value: JsonValue, context?: { readonly source?: string }) {
    recordSpelling(this, key, value, context?.source ?? String(value));
    return value;
  };
  return JSON.parse(json, reviver);
}

function transfer(from: JsonValue, to: JsonValue): void {
  if (typeof from !== "object" || from === null || typeof to !== "object" || to === null) return;
  const known = spellings.get(from);
  if (known !== undefined) spellings.set(to, known);
  for (const [key, inner] of Object.entries(from))
    transfer(inner, (to as Readonly<Record<string, JsonValue>>)[key] ?? null);
}
