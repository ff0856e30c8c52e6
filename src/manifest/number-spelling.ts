import type { JsonValue } from "../types.ts";

type Container = object;

/** How numbers are written that JavaScript writes in another way, by the list or map that holds them. */
const spellings = new WeakMap<Container, Map<string, string>>();

/** Lists and maps whose numbers nobody has looked up yet, with the JSON that they were read from. */
const unparsed = new WeakMap<Container, string>();

/** Remembers how a number is written, for the texts that it may become a part of: 3.10 is the number 3.1, and another text. */
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
 * Remembers the JSON that a list or a map was read from. It is read for the numbers once a text asks for one of them, since
 * most rows of a data file have none that ends up in a text.
 */
export function recordJson(value: JsonValue, json: string): void {
  if (typeof value === "object" && value !== null) unparsed.set(value, json);
}

/**
 * The text of a number as its author wrote it; undefined where it is written as JavaScript writes it.
 *
 * @param holders the lists and maps around the number, the outermost first, each with the key that leads on
 */
export function findSpelling(holders: readonly (readonly [Container, string])[]): string | undefined {
  for (const [holder] of holders) readNumbers(holder);
  const last = holders.at(-1);
  return last && spellings.get(last[0])?.get(last[1]);
}

/** Has a copy of a list or a map, in which other values may stand, know the numbers of the original. */
export function copySpellings(from: Container, to: Container): void {
  readNumbers(from);
  const known = spellings.get(from);
  if (known !== undefined) spellings.set(to, new Map([...(spellings.get(to) ?? []), ...known]));
}

/** The text of a number that a list or a map holds, as its author wrote it. */
export function readSpelling(holder: Container, key: string | number, value: number): string {
  return findSpelling([[holder, String(key)]]) ?? String(value);
}

/** Whether a list or a map itself holds a number that is written in another way than JavaScript's. */
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

/** As JSON.parse, and numbers keep their spelling. @throws SyntaxError */
export function parseWithSpellings(json: string): JsonValue {
  // TypeScript does not know yet what every Node gives as the third argument since version 21.
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
