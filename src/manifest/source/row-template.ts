import { canonicalText } from "../../plan/canonical-json.ts";
import type { MessageInput } from "../manifest-input.ts";
import type { Part } from "../template/template.ts";
import { parseTemplateTree, type TemplateTree } from "../template/template-tree.ts";
import { splitName } from "../template/variable-name.ts";
import type { CompactMembers } from "./compact-json.ts";
import type { Key } from "./known-keys.ts";

/** A row that a map was applied to, without parsing the row. */
export interface MappedRow {
  readonly id: string | undefined;
  /** The body's JSON without whitespace. */
  readonly json: string;
  /** The body's canonical JSON. */
  readonly canonical: string;
}

/** Fixed text, or a value of the row. */
type Piece = string | Slot;

interface Slot {
  /** The index of its key in the template's keys; -1 for the whole row. */
  readonly key: number;
  /** Whether it is inserted into a text. */
  readonly inText: boolean;
}

/**
 * A data file's map, compiled to pieces of JSON, so that bodies are joined from parts of the row's text. `buildMessage` maps the
 * other rows, and those with a problem. Both give the same result.
 */
export class RowTemplate {
  readonly #keys: readonly string[];
  readonly #id: readonly Piece[] | undefined;
  readonly #json: readonly Piece[];
  readonly #canonical: readonly Piece[];
  /** The position of each of the keys in rows that end with {@link #last}; undefined if these rows lack one of the keys. */
  #positions: readonly number[] | undefined;
  #last: Key | undefined = undefined;

  private constructor(id: TemplateTree | undefined, body: TemplateTree) {
    const keys: string[] = [];
    this.#id = id && joinTexts(compileText(partsOf(id), keys, String));
    this.#json = joinTexts(compileBody(body, keys, "as_written"));
    this.#canonical = joinTexts(compileBody(body, keys, "sorted"));
    this.#keys = keys;
    this.#positions = findPositions(keys, this.#last);
  }

  /** Compiles a map. @returns undefined for a map that uses anything but values of the row */
  static compile({ id, body }: MessageInput): RowTemplate | undefined {
    const trees = [id === undefined ? undefined : parseTemplateTree(id), parseTemplateTree(body)] as const;
    return trees.every((tree) => tree === undefined || isCompilable(tree)) ? new RowTemplate(...trees) : undefined;
  }

  /** Maps a row. @returns undefined if a key is missing, or a text would contain null, a list or a map */
  apply(row: CompactMembers): MappedRow | undefined {
    if (this.#last !== row.lastKey) {
      this.#last = row.lastKey;
      this.#positions = findPositions(this.#keys, row.lastKey);
    }
    const positions = this.#positions;
    if (positions === undefined) return undefined;
    const id = this.#id && fill(this.#id, (key) => row.json(positions[key]));
    const json = fill(this.#json, (key) => row.json(positions[key]));
    if (json === undefined || (this.#id !== undefined && id === undefined)) return undefined;
    const canonical = fill(this.#canonical, (key) => row.canonical(positions[key]));
    return canonical === undefined ? undefined : { id, json, canonical };
  }
}

/** Inserts values of a row. @param read returns the JSON of a key's value */
function fill(pieces: readonly Piece[], read: (key: number) => string): string | undefined {
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") text += piece;
    else {
      const value = read(piece.key);
      const inserted = piece.inText ? toText(value) : value;
      if (inserted === undefined) return undefined;
      text += inserted;
    }
  }
  return text;
}

/** Returns the text for a JSON value without escapes; undefined for null, lists and maps. */
function toText(json: string): string | undefined {
  const [first] = json;
  if (first === '"') return json.slice(1, -1);
  return first === "n" || first === "[" || first === "{" ? undefined : json;
}

function isCompilable(tree: TemplateTree): boolean {
  switch (tree.kind) {
    case "constant":
      return true;
    case "text":
      return tree.parts.every(isCompilablePart);
    case "list":
      return tree.items.every(isCompilable);
    case "map":
      return tree.entries.every(({ marked, tree: inner }) => !marked && isCompilable(inner));
  }
}

function isCompilablePart(part: Part): boolean {
  if (part.kind === "text") return part.text.isWellFormed();
  if (part.kind !== "variable") return false;
  const [root, ...keys] = splitName(part.name);
  return root === "row" && keys.length <= 1;
}

function partsOf(tree: TemplateTree): readonly Part[] {
  if (tree.kind === "text") return tree.parts;
  return tree.kind === "constant" ? [{ kind: "text", text: String(tree.value) }] : [];
}

function compileBody(tree: TemplateTree, keys: string[], order: "as_written" | "sorted"): readonly Piece[] {
  switch (tree.kind) {
    case "constant":
      return [order === "sorted" ? canonicalText(tree.value) : JSON.stringify(tree.value)];
    case "text": {
      const [only] = tree.parts;
      if (tree.parts.length === 1 && only?.kind === "variable") return [toSlot(only.name, keys, false)];
      return ['"', ...compileText(tree.parts, keys, escapeText), '"'];
    }
    case "list":
      return ["[", ...tree.items.flatMap((item, at) => [at === 0 ? "" : ",", ...compileBody(item, keys, order)]), "]"];
    case "map": {
      // By UTF-16 code units, as RFC 8785 requires.
      const entries = order === "sorted" ? tree.entries.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : tree.entries;
      const members = entries.flatMap(({ key, tree: inner }, at) => [
        `${at === 0 ? "" : ","}${JSON.stringify(key)}:`,
        ...compileBody(inner, keys, order),
      ]);
      return ["{", ...members, "}"];
    }
  }
}

function compileText(parts: readonly Part[], keys: string[], toInner: (text: string) => string): readonly Piece[] {
  return parts.flatMap((part): Piece[] => {
    if (part.kind === "variable") return [toSlot(part.name, keys, true)];
    return part.kind === "text" ? [toInner(part.text)] : [];
  });
}

function escapeText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function toSlot(name: string, keys: string[], inText: boolean): Slot {
  const [, key] = splitName(name);
  if (key === undefined) return { key: -1, inText };
  if (!keys.includes(key)) keys.push(key);
  return { key: keys.indexOf(key), inText };
}

/** Joins adjacent texts. */
function joinTexts(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === "string" && typeof last === "string") joined[joined.length - 1] = last + piece;
    else joined.push(piece);
  }
  return joined;
}

function findPositions(keys: readonly string[], last: Key | undefined): readonly number[] | undefined {
  const names: string[] = [];
  for (let key = last; key?.before !== undefined; key = key.before) names.unshift(key.name);
  const positions = keys.map((key) => names.indexOf(key));
  return positions.includes(-1) ? undefined : positions;
}
