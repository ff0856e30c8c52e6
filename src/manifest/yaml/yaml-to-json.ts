import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { JsonValue } from "../../types.ts";
import type { TextFile } from "../files/text-file.ts";
import { maxDepth } from "../json/max-depth.ts";
import { recordSpelling } from "../json/number-spelling.ts";
import { createProblem, quote } from "../problem/problem.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { foreignTemplate } from "./foreign-template.ts";
import { checkText, convertEmpty, convertScalar, type OnNodeProblem } from "./yaml-scalar.ts";

/** Maximum aliases in a document, and maximum values that they may repeat in total: an alias bomb needs many of both. */
const maxAliases = 100;
const maxRepeated = 10_000;
/** Characters that count as one more value. */
const maxValueLength = 100;

/** The tags of YAML that have a JSON equivalent. */
const tags = new Set(["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`));

export interface YamlToJsonResult {
  readonly value: JsonValue;
  /** The target of each alias. */
  readonly aliases: ReadonlyMap<Node, Node>;
}

/**
 * Converts YAML nodes to a JSON value with exactly the written meaning, and reports everything without a JSON equivalent. It is
 * replaced with an approximation, so that the other values can be checked.
 */
export function yamlToJson(file: TextFile, root: Node, problems: ProblemCollector): YamlToJsonResult {
  const converter = new Converter(file, problems);
  return { value: converter.node(root, 0), aliases: converter.aliases };
}

class Converter {
  readonly aliases = new Map<Node, Node>();
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  readonly #file: TextFile;
  readonly #problems: ProblemCollector;
  readonly #onProblem: OnNodeProblem = (...problem) => this.#report(...problem);
  #inAlias = 0;
  #aliasCount = 0;
  #repeated = 0;

  constructor(file: TextFile, problems: ProblemCollector) {
    this.#file = file;
    this.#problems = problems;
  }

  node(node: Node, depth: number): JsonValue {
    if (isAlias(node)) return this.#alias(node, depth);
    this.#define(node);
    if (this.#inAlias > 0 && this.#repeatsTooMuch(node)) return null;
    if (node.tag && !tags.has(node.tag)) {
      const tag = quote(node.tag.replace("tag:yaml.org,2002:", "!!"));
      const at = this.#file.text.lastIndexOf("!", node.range?.[0] ?? 0);
      this.#report("UNKNOWN_TAG", at, `the tag ${tag} has no JSON equivalent`, "Remove the tag, or quote the text.");
      return null;
    }
    if (isScalar(node)) return convertScalar(node, this.#onProblem);
    if (depth >= maxDepth) {
      this.#report("NESTING_LIMIT", node, `values are nested more than ${maxDepth} deep`, "Reduce the nesting.");
      return null;
    }
    this.#open.add(node);
    try {
      if (isMap(node)) return this.#map(node, depth);
      if (isSeq(node)) return this.#list(node.items as Node[], depth);
    } finally {
      this.#open.delete(node);
    }
    throw new Error("the YAML library made a node of an unknown kind");
  }

  /** Records an anchor: an alias refers to the last anchor with its name in front of it, even if the value is repeated later. */
  #define(node: Node): void {
    if ("anchor" in node && node.anchor && this.#inAlias === 0) this.#anchors.set(node.anchor, node);
  }

  #repeatsTooMuch(node: Node): boolean {
    const before = this.#repeated;
    const length = isScalar(node) && typeof node.value === "string" ? node.value.length : 0;
    this.#repeated += 1 + Math.floor(length / maxValueLength);
    if (this.#repeated > maxRepeated && before <= maxRepeated) {
      const what = `aliases repeat more than ${maxRepeated} values, or as many times ${maxValueLength} characters`;
      this.#report("ALIAS_LIMIT", node, what, "Write fewer aliases.");
    }
    return this.#repeated > maxRepeated;
  }

  #alias(alias: Alias, depth: number): JsonValue {
    const target = this.#resolveAlias(alias);
    if (target === undefined) return null;
    this.#inAlias += 1;
    const value = this.node(target, depth);
    this.#inAlias -= 1;
    return value;
  }

  /** Returns the target of an alias, or undefined if it is not allowed, which is reported. */
  #resolveAlias(alias: Alias): Node | undefined {
    const target = this.aliases.get(alias) ?? this.#anchors.get(alias.source);
    if (target === undefined) {
      const what = `the anchor ${quote(`&${alias.source}`)} is not defined in front of this alias`;
      this.#report("ALIAS_UNKNOWN", alias, what, "Define the anchor first, or quote the text if no alias is meant.");
      return undefined;
    }
    this.#aliasCount += 1;
    if (this.#aliasCount > maxAliases || this.#open.has(target)) {
      const what = this.#open.has(target)
        ? "the alias repeats a value inside itself"
        : `more than ${maxAliases} aliases`;
      if (this.#aliasCount <= maxAliases + 1) this.#report("ALIAS_LIMIT", alias, what, "Write the value out here.");
      return undefined;
    }
    this.aliases.set(alias, target);
    return target;
  }

  #resolveKeyAlias(alias: Alias): Node | undefined {
    const target = this.#resolveAlias(alias);
    this.#inAlias += 1;
    const fits = target !== undefined && !this.#repeatsTooMuch(target);
    this.#inAlias -= 1;
    return fits ? target : undefined;
  }

  #list(items: readonly Node[], depth: number): JsonValue {
    const list: JsonValue[] = [];
    for (const item of items) {
      list.push(this.node(item, depth + 1));
      this.#noteSpelling(list, list.length - 1, item, list.at(-1));
    }
    return list;
  }

  #noteSpelling(holder: object, key: string | number, node: Node, value: JsonValue | undefined): void {
    if (typeof value !== "number") return;
    const scalar = this.aliases.get(node) ?? node;
    if (isScalar(scalar) && scalar.source !== undefined) recordSpelling(holder, key, value, scalar.source);
  }

  #map(map: YAMLMap, depth: number): JsonValue {
    const object: Record<string, JsonValue> = {};
    if (this.#isTemplate(map)) return object;
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const key = this.#key(pair.key);
      if (key === undefined) continue;
      if (Object.hasOwn(object, key)) {
        this.#report("DUPLICATE_KEY", pair.key, `duplicate key ${quote(key)}`, "Remove one of the two.");
        continue;
      }
      object[key] = pair.value === null ? convertEmpty(pair.key, this.#onProblem) : this.node(pair.value, depth + 1);
      if (pair.value !== null) this.#noteSpelling(object, key, pair.value, object[key]);
    }
    return object;
  }

  /** Reports whether a map comes from an unquoted `{{ … }}`: YAML parses it as a map with a map as its key. */
  #isTemplate(map: YAMLMap): boolean {
    const start = map.range?.[0] ?? 0;
    const { text } = this.#file;
    if (!map.flow || !text.startsWith("{{", start)) return false;
    this.#report("TEMPLATE_FOREIGN", map, ...foreignTemplate(text.slice(start, map.range?.[1])));
    return true;
  }

  #key(input: Node): string | undefined {
    this.#define(input);
    const node = isAlias(input) ? this.#resolveKeyAlias(input) : input;
    if (node === undefined) return undefined;
    if (!isScalar(node) || typeof node.value !== "string") {
      const what = isScalar(node) ? quote(String(node.source ?? "")) : "a list or a map";
      this.#report("KEY_NOT_TEXT", input, `${what} as a key is not text`, "Put the key in quotes.");
      return undefined;
    }
    if (node.value === "__proto__") {
      const what = 'the key "__proto__" changes the prototype of objects in JavaScript';
      this.#report("KEY_UNSAFE", input, what, "Rename the key.");
      return undefined;
    }
    if (node.value === "<<" && node.type === "PLAIN") {
      const what = "the merge key << is YAML 1.1 and would be an ordinary key";
      this.#report("MERGE_KEY", input, what, 'Write the keys out, or quote it ("<<") if that is the key.');
      return undefined;
    }
    return checkText(node, node.value, this.#onProblem);
  }

  #report(code: ProblemCode, at: Node | number, what: string, next: string): void {
    // Problems of a repeated value were reported at its first location, except those that the repetition causes.
    if (this.#inAlias > 0 && code !== "ALIAS_LIMIT" && code !== "NESTING_LIMIT") return;
    const offset = typeof at === "number" ? at : (at.range?.[0] ?? 0);
    this.#problems.add(createProblem(code, this.#file.locationAt(offset), what, next));
  }
}
