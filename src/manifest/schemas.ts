import { join, posix } from "node:path";
import { Ajv, type SchemaObject, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { findFile } from "../file-fault.ts";
import type { Place } from "../types.ts";
import type { Problems } from "./collect.ts";
import { findNamedFile, readTextFile } from "./files.ts";
import { fromPointer } from "./locate.ts";
import { patterns } from "./pattern.ts";
import { printable, problem, quote } from "./problem.ts";
import { parseExactly } from "./source/json.ts";
import type { TextFile } from "./text.ts";

/** A body schema that is ready to check bodies. */
export interface BodySchema {
  /** Relative to the repository. */
  readonly file: string;
  readonly validate: ValidateFunction;
}

/** The drafts of JSON Schema that are known, by what `$schema` says. */
const drafts = {
  "http://json-schema.org/draft-07/schema": Ajv,
  "https://json-schema.org/draft/2019-09/schema": Ajv2019,
  "https://json-schema.org/draft/2020-12/schema": Ajv2020,
} as const satisfies Record<string, unknown>;

/** What a schema is that does not say: the one that editors take too. */
const defaultDraft = "http://json-schema.org/draft-07/schema";

/** Stands before paths of the repository, since references go from address to address. */
const base = "repository:/";

interface SchemaFile {
  readonly file: TextFile;
  readonly schema: SchemaObject;
  /** The address that its references go out from. */
  readonly id: string;
}

/** Reads and compiles the body schemas of a repository, each once. References lead to its files and nowhere else. */
export class BodySchemas {
  readonly #compiled = new Map<string, Promise<BodySchema | undefined>>();
  readonly #root: string;
  readonly #problems: Problems;

  constructor(root: string, problems: Problems) {
    this.#root = root;
    this.#problems = problems;
  }

  /**
   * @param path relative to the repository
   * @param place where the schema is named, or the queue that has it
   * @param next what to do when it is not there
   * @returns undefined when it cannot be used, which is told
   */
  async load(path: string, place: Place, next: string): Promise<BodySchema | undefined> {
    if (path.startsWith("../")) {
      this.#problems.add(problem("OUTSIDE_REPOSITORY", place, "this path leads out of the repository", next));
      return undefined;
    }
    if (!findNamedFile(this.#root, path, place, next, this.#problems)) return undefined;
    const compiled = this.#compiled.get(path) ?? this.#compile(path);
    this.#compiled.set(path, compiled);
    return compiled;
  }

  async #compile(path: string): Promise<BodySchema | undefined> {
    const main = this.#read(path);
    if (main === undefined) return undefined;
    const declared = String(main.schema.$schema ?? defaultDraft).replace(/#$/, "");
    const Draft = Object.entries(drafts).find(([address]) => address === declared)?.[1];
    if (Draft === undefined) {
      const next = `Write one of ${Object.keys(drafts).join(", ")}.`;
      this.#report(main, ["$schema"], `${quote(declared)} is no draft of JSON Schema that is known here`, next);
      return undefined;
    }
    const files = [main];
    const ajv = new Draft({
      allErrors: true,
      verbose: true,
      strictSchema: "log",
      strictTypes: false,
      strictTuples: false,
      validateSchema: false,
      code: { regExp: patterns },
      logger: { log: () => {}, warn: (text) => this.#warn(main, String(text)), error: () => {} },
      loadSchema: async (address) => {
        const found = this.#follow(address, files);
        files.push(found);
        this.#check(found, ajv);
        return found.schema;
      },
    });
    formats.default(ajv);
    try {
      this.#check(main, ajv);
      return { file: path, validate: await ajv.compileAsync({ ...main.schema, $id: main.id }) };
    } catch (error) {
      if (!(error instanceof Told)) {
        const message = error instanceof Error ? error.message.replaceAll(base, "") : "unknown reason";
        const reason = message.replace(/^AnySchema .* is loaded but (.*) cannot be resolved$/, "there is no $1");
        this.#report(main, [], `the schema cannot be used: ${printable(reason)}`, "Correct the schema.");
      }
      return undefined;
    }
  }

  /** @throws Told, or Error in words for people when an address leads to no schema of the repository */
  #follow(address: string, files: readonly SchemaFile[]): SchemaFile {
    const path = pathOf(address, files);
    if (path === undefined) throw new Error(`the reference to ${address} leads out of the repository`);
    if (!this.#exists(path)) throw new Error(`a reference leads to ${path}, and there is no such file`);
    const found = this.#read(path);
    if (found === undefined) throw new Told();
    return found;
  }

  #read(path: string): SchemaFile | undefined {
    const file = readTextFile(this.#root, path, this.#problems);
    if (file === undefined) return undefined;
    const parsed = parseExactly(file.text, Buffer.byteLength(file.text));
    if (!parsed.ok) {
      for (const { offset, what, next } of parsed.flaws) {
        this.#problems.add(problem("BODY_SCHEMA_INVALID", file.placeAt(offset), what, next));
      }
      return undefined;
    }
    const { value } = parsed;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const next = 'Write a JSON Schema, such as { "type": "object" }.';
      this.#problems.add(problem("BODY_SCHEMA_INVALID", file.placeAt(0), "a schema is a map of keywords", next));
      return undefined;
    }
    const schema = value as SchemaObject;
    const isAddress = typeof schema.$id === "string" && /^[a-z][a-z0-9+.-]*:/i.test(schema.$id);
    return { file, schema, id: isAddress ? String(schema.$id) : `${base}${path}` };
  }

  /** @throws Told when a schema breaks the rules of its draft */
  #check(found: SchemaFile, ajv: Ajv): void {
    if (ajv.validateSchema(found.schema)) return;
    const told = new Set<string>();
    for (const { instancePath, message, params } of ajv.errors ?? []) {
      // The first of each place: the rest are the other things that it might have been.
      if (told.has(instancePath)) continue;
      told.add(instancePath);
      const path = fromPointer(instancePath);
      const allowed = Array.isArray(params.allowedValues) ? ` (${params.allowedValues.join(", ")})` : "";
      const what = `${path.length === 0 ? "the schema" : quote(path.join("."))} ${message}${allowed}`;
      this.#report(found, path, what, "Correct the schema.");
    }
    throw new Told();
  }

  #exists(path: string): boolean {
    return !path.startsWith("../") && findFile(join(this.#root, path)).kind === "file";
  }

  #report({ file }: SchemaFile, path: readonly string[], what: string, next: string): void {
    const tree = parseTree(file.text);
    const steps = path.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const node = tree && (findNodeAtLocation(tree, steps) ?? findNodeAtLocation(tree, [...path]));
    this.#problems.add(problem("BODY_SCHEMA_INVALID", file.placeAt(node?.offset ?? 0), what, next));
  }

  #warn({ file }: SchemaFile, text: string): void {
    const what = printable(text.replace(/^strict mode: /, "").replaceAll(base, ""));
    const next = "Correct its spelling, or remove it: nothing checks it.";
    this.#problems.add(problem("BODY_SCHEMA_UNCHECKED", file.placeAt(0), what, next));
  }
}

/** Why a schema cannot be used was told where it was found. */
class Told extends Error {}

/** The file behind an address: beside a schema that was read, as its own address is beside the other. */
function pathOf(address: string, files: readonly SchemaFile[]): string | undefined {
  if (address.startsWith(base)) return decodeURIComponent(address.slice(base.length));
  for (const { id, file } of files) {
    const folder = id.slice(0, id.lastIndexOf("/") + 1);
    if (address.startsWith(folder)) return posix.join(posix.dirname(file.path), address.slice(folder.length));
  }
  return undefined;
}
