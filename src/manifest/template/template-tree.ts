import type { JsonValue } from "../../types.ts";
import { hasSpellings } from "../json/number-spelling.ts";
import type { Path } from "../yaml/source-location.ts";
import { hasMarkers, type Part, parseTemplate } from "./template.ts";

/** A value of a manifest with its texts split at their variables. A data file's map is split once and used for each row. */
export type TemplateTree =
  | { readonly kind: "constant"; readonly value: JsonValue }
  | { readonly kind: "text"; readonly text: string; readonly parts: readonly Part[]; readonly path: Path }
  | (CacheEntry & { readonly kind: "list"; readonly items: readonly TemplateTree[] })
  | (CacheEntry & { readonly kind: "map"; readonly entries: readonly TemplateEntry[] });

interface CacheEntry {
  /** The list or map, if it contains numbers that JavaScript formats differently. */
  readonly spelled: object | undefined;
  readonly variables: number;
}

export interface TemplateEntry {
  readonly key: string;
  /** Whether the key contains a variable, which is not allowed. */
  readonly marked: boolean;
  readonly path: Path;
  readonly tree: TemplateTree;
}

/** Cache by list or map: a manifest's values do not change after they were read. */
const cachedTrees = new WeakMap<object, TemplateTree>();

/** Cache by text, such as a map's id. */
const cachedTexts = new Map<string, TemplateTree>();
const maxCachedTexts = 1_000;
const maxCachedLength = 1_000;

export function parseTemplateTree(value: JsonValue): TemplateTree {
  if (typeof value === "string") return parseText(value);
  if (typeof value !== "object" || value === null) return { kind: "constant", value };
  const tree = cachedTrees.get(value) ?? build(value, []);
  cachedTrees.set(value, tree);
  return tree;
}

function parseText(text: string): TemplateTree {
  if (!hasMarkers(text)) return { kind: "constant", value: text };
  const found = cachedTexts.get(text);
  if (found !== undefined) return found;
  const tree = build(text, []);
  if (text.length > maxCachedLength) return tree;
  if (cachedTexts.size >= maxCachedTexts) cachedTexts.clear();
  cachedTexts.set(text, tree);
  return tree;
}

function build(value: JsonValue, path: Path): TemplateTree {
  if (typeof value === "string" && hasMarkers(value)) {
    return { kind: "text", text: value, parts: parseTemplate(value), path };
  }
  if (typeof value !== "object" || value === null) return { kind: "constant", value };
  const spelled = hasSpellings(value) ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue, index) => build(item, [...path, index]));
    return items.every(isConstant)
      ? { kind: "constant", value }
      : { kind: "list", items, spelled, variables: sumVariables(items) };
  }
  const entries = Object.entries(value).map(([key, inner]) => {
    const here = [...path, key];
    return { key, marked: hasMarkers(key), path: here, tree: build(inner as JsonValue, here) };
  });
  const plain = entries.every(({ marked, tree }) => isConstant(tree) && !marked);
  return plain
    ? { kind: "constant", value }
    : { kind: "map", entries, spelled, variables: sumVariables(entries.map(({ tree }) => tree)) };
}

function isConstant(tree: TemplateTree): boolean {
  return tree.kind === "constant";
}

/** Returns the maximum number of variables in a value. */
export function countVariables(tree: TemplateTree): number {
  switch (tree.kind) {
    case "constant":
      return 0;
    case "text":
      return tree.parts.length;
    default:
      return tree.variables;
  }
}

function sumVariables(trees: readonly TemplateTree[]): number {
  return trees.reduce((total, tree) => total + countVariables(tree), 0);
}
