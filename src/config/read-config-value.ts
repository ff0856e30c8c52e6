import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { quote, recordSpelling } from "../manifest/index.ts";
import type { JsonValue } from "../types.ts";
import { parsePlainScalar } from "./pulumi-yaml.ts";
import { changedValueFlaw, isPlain, type ReadValue, readScalar, toEngineText } from "./read-scalar.ts";

/** Placeholder for a secret, which is encrypted in a stack's file. */
export const secretTag = "secret";

export interface Pair {
  readonly key: Node;
  readonly value: Node | null;
}

/** Maximum number of values in a file, counting every use of an alias: a few lines of aliases can expand to gigabytes. */
const maxValues = 100_000;
const maxDepth = 64;

/** Reads the values of a file as Pulumi does, and finds those that Pulumi changes. */
export class ConfigValueReader {
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
      const wrong = Object.hasOwn(map, name) ? "appears twice" : wrongKeyFlaw(key);
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
