import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { compareText } from "../problem.ts";

/** Folders and files that are looked at: a repository of schemas has far fewer. */
const maxEntries = 20_000;
const maxBytes = 5_000_000;

/** Folders that hold other people's files. */
const foreign = new Set(["node_modules", "vendor", "dist", "target", "bin", "obj"]);

/** JSON files of the repository whose `$id` is written in them, found once and read when asked for. */
export class SchemaIds {
  readonly #root: string;
  #ids: Map<string, string[]> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** Paths of the files that hold an `$id`, relative to the repository. */
  find(id: string): readonly string[] {
    this.#ids ??= this.#collect();
    return this.#ids.get(id.replace(/#$/, "")) ?? [];
  }

  /** The `$id` of a file; undefined where it has none. @param path relative to the repository */
  idOf(path: string): string | undefined {
    return idOf(join(this.#root, path));
  }

  #collect(): Map<string, string[]> {
    const ids = new Map<string, string[]>();
    let entries = 0;
    const walk = (folder: string) => {
      for (const entry of list(join(this.#root, folder))) {
        entries += 1;
        if (entries > maxEntries) return;
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.name.startsWith(".")) continue;
        if (entry.isDirectory()) {
          if (!foreign.has(entry.name)) walk(path);
        } else if (entry.isFile() && entry.name.endsWith(".json")) {
          const id = idOf(join(this.#root, path));
          if (id !== undefined) ids.set(id, [...(ids.get(id) ?? []), path]);
        }
      }
    };
    walk("");
    return ids;
  }
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => compareText(a.name, b.name));
  } catch {
    // What cannot be looked into holds nothing that a reference could lead to; that it leads nowhere is told.
    return [];
  }
}

/** The `$id` of a file's own schema; undefined where it has none, or is no JSON: then it is no schema that is looked for. */
function idOf(path: string): string | undefined {
  try {
    if (statSync(path).size > maxBytes) return undefined;
    const text = readFileSync(path, "utf8");
    if (!text.includes('"$id"')) return undefined;
    const value: unknown = JSON.parse(text);
    const id = typeof value === "object" && value !== null && "$id" in value ? value.$id : undefined;
    return typeof id === "string" ? id.replace(/#$/, "") : undefined;
  } catch {
    return undefined;
  }
}
