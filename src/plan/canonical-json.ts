import type { JsonValue } from "../types.ts";

/**
 * Writes a value's canonical JSON (RFC 8785): numbers and texts as JSON.stringify writes them, keys in the order of their UTF-16
 * code units, no whitespace. Implemented here because it runs for every row of every data file, in half the time of the reference
 * implementation; the tests compare both.
 *
 * @param json the result of JSON.stringify for the value, if the caller has it
 * @throws Error for a value that JSON cannot represent
 */
export function canonicalText(value: JsonValue, json: string | undefined = JSON.stringify(value)): string {
  if (json === undefined) throw notJsonError();
  // If nothing needed an escape, texts are only put in quotes.
  return writeValue(value, json.includes("\\") ? escaped : isBare);
}

type QuoteFunction = (text: string) => string;

const isBare: QuoteFunction = (text) => `"${text}"`;

const escaped: QuoteFunction = (text) => {
  if (!text.isWellFormed()) throw notJsonError();
  return JSON.stringify(text);
};

function writeValue(value: JsonValue, quote: QuoteFunction): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      if (!Number.isFinite(value)) throw notJsonError();
      return String(value);
    case "boolean":
      return String(value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value)
        ? writeItems(value, quote)
        : writeObject(value as Readonly<Record<string, JsonValue>>, quote);
    default:
      throw notJsonError();
  }
}

function writeItems(items: readonly JsonValue[], quote: QuoteFunction): string {
  let text = "";
  for (const item of items) text += `${text === "" ? "[" : ","}${writeValue(item, quote)}`;
  return text === "" ? "[]" : `${text}]`;
}

function writeObject(object: Readonly<Record<string, JsonValue>>, quote: QuoteFunction): string {
  const { sorted, labels } = findShape(object);
  let text = "";
  for (let at = 0; at < sorted.length; at += 1) {
    text += `${labels[at]}${writeValue(object[sorted[at] as string] as JsonValue, quote)}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

/** The keys of an object: as they are in it, sorted, and as canonical JSON with what precedes each. */
interface Shape {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  readonly labels: readonly string[];
}

/** The latest shapes, by the first key: rows of a file have the same keys, which need not be sorted and quoted for each. */
const shapes = new Map<string, Shape>();
const maxShapes = 100;

function findShape(object: object): Shape {
  let first: string | undefined;
  for (const key in object) {
    first = key;
    break;
  }
  if (first === undefined) return { keys: [], sorted: [], labels: [] };
  const known = shapes.get(first);
  if (known !== undefined && hasShape(object, known)) return known;
  const shape = createShape(Object.keys(object));
  if (shapes.size >= maxShapes) shapes.clear();
  shapes.set(first, shape);
  return shape;
}

function hasShape(object: object, { keys }: Shape): boolean {
  let at = 0;
  for (const key in object) {
    if (key !== keys[at]) return false;
    at += 1;
  }
  return at === keys.length;
}

function createShape(keys: readonly string[]): Shape {
  const sorted = keys.toSorted();
  return { keys, sorted, labels: sorted.map((key, at) => `${at === 0 ? "{" : ","}${escaped(key)}:`) };
}

function notJsonError(): Error {
  return new Error("a message's body is not a JSON value");
}
