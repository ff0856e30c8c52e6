import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { isExactNumber, quote, recordSpelling } from "../manifest/index.ts";
import type { JsonValue } from "../types.ts";
import { type EngineScalar, parsePlainScalar } from "./pulumi-yaml.ts";

/** Placeholder for a secret, which is encrypted in a stack's file. */
export const secretTag = "secret";

/** A value that Pulumi reads as something other than its author wrote. */
export interface ConfigFlaw {
  /** Keys and indices that lead to the part inside the value. */
  readonly path: readonly string[];
  /** In UTF-16 code units from the start of the file. */
  readonly offset: number;
  /** A clause without a trailing full stop. */
  readonly message: string;
  /** What to do, in full sentences; absent if the value should be quoted. */
  readonly hint?: string;
}

/** A value of a configuration file. */
export interface ReadValue {
  readonly value: JsonValue;
  /** The JSON that Pulumi writes for it, undefined if that depends on the machine or cannot be predicted. */
  readonly json: string | undefined;
  readonly flaws: readonly ConfigFlaw[];
  /** Whether a part of it is encrypted. Encrypted parts are replaced with a placeholder. */
  readonly secret: boolean;
  /** The text of a scalar as written, without quotes. */
  readonly source?: string;
}

export interface Pair {
  readonly key: Node;
  readonly value: Node | null;
}

/** Maximum number of values in a file, counting every use of an alias: a few lines of aliases can expand to gigabytes. */
const maxValues = 100_000;
const maxDepth = 64;

/** Reads the values of a file as Pulumi does, and finds those that Pulumi changes. */
export class ConfigReading {
  readonly #document: Document;
  #values = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  read(written: Node | null, path: readonly string[] = []): ReadValue {
    const node = this.#target(written);
    const offset = written?.range?.[0] ?? 0;
    this.#values += 1;
    if (this.#values > maxValues || path.length > maxDepth)
      return changedValueFlaw(path, offset, "the file repeats too much");
    if (isScalar(node)) return readScalar(node, path, offset);
    if (isMap(node)) return this.#map(listPairs(node), path);
    if (isSeq(node)) return this.#list(node.items as Node[], path);
    return { value: null, json: "null", flaws: [], secret: false, source: "" };
  }

  #target(written: Node | null): Node | null | undefined {
    return isAlias(written) ? (written.resolve(this.#document) as Node | undefined) : written;
  }

  #list(items: readonly Node[], path: readonly string[]): ReadValue {
    const read = items.map((item, index) => this.read(item, [...path, String(index)]));
    const list = read.map(({ value }) => value);
    for (const [index, item] of items.entries()) this.#addFlaw(list, index, item);
    return joinValues(list, read, (parts) => `[${parts.join(",")}]`);
  }

  #map(pairs: readonly Pair[], path: readonly string[]): ReadValue {
    const [only] = pairs;
    if (pairs.length === 1 && only !== undefined && formatKey(only.key) === "secure" && this.#isText(only.value)) {
      return { value: secretTag, json: undefined, flaws: [], secret: true };
    }
    const map: Record<string, JsonValue> = {};
    const read: [string, ReadValue][] = [];
    for (const { key, value } of pairs) {
      const name = formatKey(key);
      const inner = [...path, name];
      const wrong = Object.hasOwn(map, name) ? "is there already" : wrongKeyFlaw(key);
      const each =
        wrong === undefined
          ? this.read(value, inner)
          : changedValueFlaw(inner, key.range?.[0] ?? 0, `the key ${quote(name)} ${wrong}`);
      Object.defineProperty(map, name, { value: each.value, enumerable: true, configurable: true, writable: true });
      this.#addFlaw(map, name, value);
      read.push([name, each]);
    }
    // Go sorts keys by their bytes.
    read.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const keys = read.map(([name]) => toEngineText(name));
    return joinValues(
      map,
      read.map(([, each]) => each),
      (parts) => `{${parts.map((part, index) => `${keys[index]}:${part}`).join(",")}}`,
    );
  }

  #isText(node: Node | null): boolean {
    const { kind } = isScalar(node) && isPlain(node) ? parsePlainScalar(node.source ?? "") : { kind: "text" };
    return isScalar(node) && kind === "text";
  }

  #addFlaw(holder: object, key: string | number, written: Node | null): void {
    const node = this.#target(written);
    const value: unknown = Reflect.get(holder, key);
    if (typeof value === "number" && isScalar(node)) recordSpelling(holder, key, value, node.source ?? "");
  }
}

export function listPairs(node: unknown): readonly Pair[] {
  return isMap(node) ? (node.items as unknown as readonly Pair[]) : [];
}

/** Combines the parts of a map or a list into one value. */
function joinValues(value: JsonValue, read: readonly ReadValue[], write: (parts: string[]) => string): ReadValue {
  const parts = read.flatMap(({ json }) => json ?? []);
  return {
    value,
    json: parts.length === read.length ? write(parts) : undefined,
    flaws: read.flatMap(({ flaws }) => flaws),
    secret: read.some(({ secret }) => secret),
  };
}

function readScalar(node: Scalar, path: readonly string[], offset: number): ReadValue {
  const text = String(node.value ?? "");
  const source = isPlain(node) ? (node.source ?? "") : text;
  const sound = (value: JsonValue, json: string): ReadValue => ({ value, json, flaws: [], secret: false, source });
  const flawed = (what: string, json?: string): ReadValue => ({
    ...changedValueFlaw(path, offset, what),
    json,
    source,
  });
  if (node.tag !== undefined && node.tag !== "tag:yaml.org,2002:str") {
    return flawed("the value has a tag, which Pulumi may read in its own way");
  }
  if (!isPlain(node)) return sound(text, toEngineText(text));
  const read = nest(parsePlainScalar(source), path);
  switch (read.kind) {
    case "text":
      return sound(text, toEngineText(text));
    case "boolean":
      return sound(read.text === "true", read.text);
    case "null":
      return sound(null, "null");
    case "number":
      if (isExactNumber(source)) return sound(Number(source), read.text);
      return flawed(
        read.text === source
          ? `${quote(source)} is a number that JSON readers do not hold exactly`
          : describeConversion(source, read.text),
        read.text,
      );
    case "date":
      return flawed(`${quote(source)} is a date to Pulumi, which writes it in another way`);
    case "refused":
      return flawed(`${quote(source)} is a number that Pulumi cannot hold`);
  }
}

/** Inside a map or a list, Pulumi stores integers as signed 64-bit values and other numbers as doubles. */
function nest(read: EngineScalar, path: readonly string[]): EngineScalar {
  const beyond = read.kind === "number" && /^\d+$/.test(read.text) && BigInt(read.text) >= 2n ** 63n;
  return beyond && path.length > 0 ? { kind: "number", text: String(Number(read.text)) } : read;
}

export function describeConversion(source: string, text: string): string {
  return `Pulumi reads ${quote(source)} as ${quote(text)}`;
}

function changedValueFlaw(path: readonly string[], offset: number, message: string): ReadValue {
  return { value: null, json: undefined, flaws: [{ path, offset, message }], secret: false };
}

function isPlain(node: Scalar): boolean {
  return node.type === "PLAIN" && node.tag === undefined;
}

/** Returns how Pulumi changes a key, undefined if it keeps it. */
function wrongKeyFlaw(key: Node): string | undefined {
  if (!isScalar(key) || (key.tag !== undefined && !isPlain(key))) return "is not text to Pulumi";
  const source = isPlain(key) ? (key.source ?? "") : "";
  if (formatKey(key) === "__proto__") return "changes the prototype of objects in JavaScript";
  if (source === "<<") return "adds the keys of another map";
  const read = isPlain(key) ? parsePlainScalar(source) : undefined;
  return read === undefined || ("text" in read && read.text === source) ? undefined : "is not text to Pulumi";
}

export function formatKey(key: Node): string {
  return isScalar(key) ? String(key.value ?? "") : "";
}

/** Encodes a text as Go's JSON encoder does, which escapes characters that are special in HTML or JavaScript. */
export function toEngineText(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
