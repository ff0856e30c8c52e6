import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { toObject } from "../../json-object.ts";
import { compareText } from "../problem/problem.ts";

/** Maximum folders and files that are searched: a repository of schemas has far fewer. */
const maxEntries = 20_000;
const maxBytes = 5_000_000;

/** Folders with dependencies or build output. */
const foreign = new Set(["node_modules", "vendor", "dist", "target", "bin", "obj"]);

/** Finds JSON files of the repository by their `$id`. The files are listed once, and read on demand. */
export class SchemaIds {
  readonly #root: string;
  #ids: Map<string, string[]> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** Returns the paths of the files with an `$id`, relative to the repository. */
  find(id: string): readonly string[] {
    this.#ids ??= this.#collect();
    return this.#ids.get(id.replace(/#$/, "")) ?? [];
  }

  /** Returns the `$id` of a file; undefined if it has none. @param path relative to the repository */
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
    // An unreadable folder has no target for a reference; the unresolved reference is reported.
    return [];
  }
}

/** Reads the `$id` of a file's root schema; undefined if it has none or is not JSON. */
function idOf(path: string): string | undefined {
  try {
    if (statSync(path).size > maxBytes) return undefined;
    const text = readFileSync(path, "utf8");
    if (!text.includes('"$id"')) return undefined;
    const { $id } = toObject(JSON.parse(text));
    return typeof $id === "string" ? $id.replace(/#$/, "") : undefined;
  } catch {
    return undefined;
  }
}
