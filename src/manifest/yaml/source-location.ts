import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { SourceLocation } from "../../types.ts";
import type { ManifestDocument } from "./parse-documents.ts";

/** The path of a value in a document: keys and indexes from its root. */
export type Path = readonly (string | number)[];

/** Returns the location of the value at a path; if it is missing, that of its closest existing parent. */
export function locate(document: ManifestDocument, path: Path): SourceLocation {
  return locateNode(document, follow(document, path).value);
}

/** Returns the location of a snippet in the text at a path; that of the text itself if the snippet is escaped there. */
export function locateSnippet(document: ManifestDocument, path: Path, snippet: string): SourceLocation {
  const { value } = follow(document, path);
  const [start, end] = value.range ?? [0, 0];
  const at = document.file.text.slice(start, end).indexOf(snippet);
  return document.file.locationAt(start + Math.max(at, 0));
}

/** Returns the location of the key at a path, or of a list item. */
export function locateKey(document: ManifestDocument, path: Path): SourceLocation {
  const { key, value } = follow(document, path);
  return locateNode(document, key ?? value);
}

function locateNode({ file }: ManifestDocument, node: Node): SourceLocation {
  return file.locationAt(node.range?.[0] ?? 0);
}

/** Follows a path through maps, lists and aliases, without reading other values. */
function follow(document: ManifestDocument, path: Path): { readonly key: Node | undefined; readonly value: Node } {
  let value: Node = document.root;
  let key: Node | undefined;
  for (const step of path) {
    const next = child(document, document.aliases.get(value) ?? value, step);
    if (next === undefined) break;
    key = next.key;
    value = next.value;
  }
  return { key, value };
}

function child(
  document: ManifestDocument,
  node: Node,
  step: string | number,
): { key: Node | undefined; value: Node } | undefined {
  if (isSeq<Node>(node)) {
    const value = node.items[Number(step)];
    return value && { key: undefined, value };
  }
  if (!isMap(node)) return undefined;
  const pair = indexPairs(document, node).get(String(step));
  return pair && { key: pair.key, value: pair.value ?? pair.key };
}

/** The pairs of maps by key, so that a map with a hundred thousand keys is not searched linearly for each. */
const pairsByMap = new WeakMap<YAMLMap, ReadonlyMap<unknown, Pair<Node, Node>>>();

function indexPairs({ aliases }: ManifestDocument, map: YAMLMap): ReadonlyMap<unknown, Pair<Node, Node>> {
  const known = pairsByMap.get(map);
  if (known !== undefined) return known;
  // Reversed, so that the first of duplicate keys wins.
  const items = (map.items as Pair<Node, Node>[]).toReversed();
  const found = new Map(
    items.flatMap((pair) => {
      const key = aliases.get(pair.key) ?? pair.key;
      return isScalar(key) ? [[key.value, pair] as const] : [];
    }),
  );
  pairsByMap.set(map, found);
  return found;
}

/** Converts a JSON pointer (RFC 6901) to a path; indexes stay text, which {@link locate} accepts. */
export function fromPointer(pointer: string): string[] {
  const steps = pointer.split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
