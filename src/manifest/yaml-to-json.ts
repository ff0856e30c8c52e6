import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { JsonValue } from "../types.ts";
import { isExactNumber } from "./exact-number.ts";
import { foreignTemplate } from "./foreign-template.ts";
import { recordSpelling } from "./number-spelling.ts";
import { createProblem, quote } from "./problem.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { ProblemCollector } from "./problem-collector.ts";
import type { TextFile } from "./text-file.ts";

/** How far values may nest. Nobody writes that by hand; every reader after this one recurses safely. */
export const maxDepth = 64;
/** Aliases in a document, and the values that they may repeat together: a bomb needs many of both. */
const maxAliases = 100;
const maxRepeated = 10_000;
/** Characters that count as one value more. */
const maxValueLength = 100;

/** What YAML 1.1 took for true and false. */
const ambiguous = /^(?:yes|no|on|off)$/i;

/**
 * What YAML 1.1 took for a number: digits in groups, binary, hours and minutes as base 60. Of texts alone: what is a number
 * in YAML 1.2 too does not come here. Dates are no part of it, since they are sent as they are written.
 *
 * Source: https://yaml.org/type/int.html, https://yaml.org/type/float.html
 */
const confusableWords =
  /^[-+]?(?:0b[01_]+|0x[\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[-+]\d+)?|\.\d[\d_]*(?:e[-+]\d+)?|[1-9][\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?)$/i;

/** A number whose spelling says more than its value: a zero at the end of a fraction, or an exponent. */
const hasSpelling = /\.\d*0(?:e|$)|e/i;

/** The tags of YAML that stand for a JSON value. */
const tags = new Set(["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`));

export interface YamlToJsonResult {
  readonly value: JsonValue;
  /** What each alias stands for. */
  readonly aliases: ReadonlyMap<Node, Node>;
}

/**
 * Turns YAML nodes into a JSON value that means exactly what is written, and reports everything that has no such value;
 * in its place stands what comes nearest, so that the rest can be checked.
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
      this.#report("UNKNOWN_TAG", at, `the tag ${tag} stands for no JSON value`, "Remove the tag, or quote the text.");
      return null;
    }
    if (isScalar(node)) return this.#scalar(node);
    if (depth >= maxDepth) {
      this.#report("NESTING_LIMIT", node, `values are nested more than ${maxDepth} deep`, "Nest them less.");
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

  /** An alias means the last anchor of its name before it, also when the anchored value is repeated later. */
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

  /** What an alias stands for; undefined where it may not stand for anything, which is reported. */
  #resolveAlias(alias: Alias): Node | undefined {
    const target = this.aliases.get(alias) ?? this.#anchors.get(alias.source);
    if (target === undefined) {
      const what = `no anchor ${quote(`&${alias.source}`)} stands before this alias`;
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
        this.#report("DUPLICATE_KEY", pair.key, `the key ${quote(key)} is there already`, "Remove one of the two.");
        continue;
      }
      object[key] = pair.value === null ? this.#empty(pair.key) : this.node(pair.value, depth + 1);
      if (pair.value !== null) this.#noteSpelling(object, key, pair.value, object[key]);
    }
    return object;
  }

  /** Whether a map is what YAML makes of an unquoted `{{ … }}`: a map with a map as its key. */
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
      const what = 'the key "__proto__" changes what an object is in JavaScript';
      this.#report("KEY_UNSAFE", input, what, "Give the key another name.");
      return undefined;
    }
    if (node.value === "<<" && node.type === "PLAIN") {
      const what = "the merge key << is YAML 1.1 and would be a key like any other";
      this.#report("MERGE_KEY", input, what, 'Write the keys out, or quote it ("<<") if that is the key.');
      return undefined;
    }
    return this.#text(node, node.value);
  }

  #scalar(node: Scalar): JsonValue {
    const { value, source } = node;
    if (typeof value === "string") {
      if (node.type === "PLAIN" && node.tag === undefined) this.#warnOfWord(node, value);
      return this.#text(node, value);
    }
    if (typeof value === "number") {
      if (node.type === "PLAIN" && source !== undefined && isExactNumber(source)) {
        if (hasSpelling.test(source)) this.#warnOfSpelling(node, source, value);
        return value;
      }
      const what = Number.isFinite(value)
        ? `${quote(source ?? "")} is a number that would be sent as ${Object.is(value, -0) ? "0" : value}`
        : `${quote(source ?? "")} is no number that JSON can hold`;
      this.#report("NUMBER_NOT_EXACT", node, what, "Quote it if it is text, else write it as JSON writes numbers.");
      return Number.isFinite(value) ? value : 0;
    }
    if (value === null && node.source === "") return this.#empty(node);
    if (value === null || typeof value === "boolean") return value;
    throw new Error(`the YAML library made a ${typeof value} of ${quote(source ?? "")}`);
  }

  #warnOfWord(node: Scalar, word: string): void {
    if (ambiguous.test(word)) {
      const what = `${quote(word)} is text here, though older YAML reads it as true or false`;
      this.#report("AMBIGUOUS_WORD", node, what, `Write ${/^(?:yes|on)$/i.test(word)}, or "${word}" in quotes.`);
    } else if (confusableWords.test(word)) {
      const what = `${quote(word)} is text here, though older YAML reads it as a number`;
      const next = "Put it in quotes if it is text, else write the number as JSON writes numbers.";
      this.#report("AMBIGUOUS_WORD", node, what, next);
    }
  }

  #warnOfSpelling(node: Scalar, source: string, value: number): void {
    const kept = String(value) === source;
    const what = `${quote(source)} is ${kept ? "a number" : `the number ${value}, which does not keep how it is written`}`;
    const number = hasSpelling.test(String(value)) ? "allow it here if it is a number" : `else write ${value}`;
    const next = `Put it in quotes if it is text, such as a version or a commit, ${number}.`;
    this.#report("NUMBER_SPELLING", node, what, next);
  }

  #empty(node: Node): null {
    this.#report(
      "EMPTY_VALUE",
      node,
      "there is no value here",
      'Write a value: null, "", [] or {} if it is meant empty.',
    );
    return null;
  }

  #text(node: Scalar, text: string): string {
    if (!text.isWellFormed()) {
      const what = "the text holds half of a surrogate pair, which UTF-8 cannot hold";
      this.#report("TEXT_NOT_UNICODE", node, what, "Write the whole character, or remove the escape.");
    }
    return text;
  }

  #report(code: ProblemCode, at: Node | number, what: string, next: string): void {
    // A repeated value was told where it stands first; only what comes of repeating it is told again.
    if (this.#inAlias > 0 && code !== "ALIAS_LIMIT" && code !== "NESTING_LIMIT") return;
    const offset = typeof at === "number" ? at : (at.range?.[0] ?? 0);
    this.#problems.add(createProblem(code, this.#file.locationAt(offset), what, next));
  }
}
