import { join, posix } from "node:path";
import { inspectPath } from "../../file-error.ts";
import type { JsonValue } from "../../types.ts";
import { createProblem, quote, toPrintable } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { resolveAddress, siblingPath, splitFragment, toAddress, toPath } from "./address.ts";
import type { Sources } from "./compiler.ts";
import { type Dialect, defaultDialect, dialects, findDialect } from "./dialects.ts";
import { explainFailures, toSteps } from "./explain-failures.ts";
import { metaschema, metaschemaChecker } from "./metaschemas.ts";
import { isSuppressed, locateStep, readSchema } from "./read-schema.ts";
import { isSchemaObject, type OnSchemaFault, Registry } from "./registry.ts";
import type { SchemaIds } from "./schema-ids.ts";
import type { Located, Resource, SchemaFile } from "./types.ts";

/** Extensions that an address may omit. */
const endings = ["", ".json", ".schema.json"];

/** The files that a body schema refers to, read on demand. */
export class RepositorySources implements Sources {
  readonly registry: Registry;
  /** Whether a problem was reported that makes the schema unusable. */
  broken = false;
  readonly #root: string;
  readonly #problems: ProblemCollector;
  readonly #ids: SchemaIds;
  readonly #read = new Map<string, SchemaFile>();

  constructor(root: string, problems: ProblemCollector, ids: SchemaIds) {
    this.#root = root;
    this.#problems = problems;
    this.#ids = ids;
    this.registry = new Registry((located, what, next) => this.fault(located, what, next));
  }

  /** Opens a file. @returns undefined if it is not a schema, which is reported */
  open(path: string, inherited: Dialect = defaultDialect): Resource | undefined {
    const file = readSchema(this.#root, path, this.#problems);
    const dialect = file && this.#dialectOf(file, inherited);
    if (file === undefined || dialect === undefined || !this.#keepsToDraft(file, dialect)) {
      this.broken = true;
      return undefined;
    }
    this.#read.set(path, file);
    return this.registry.add(file, toAddress(path), dialect);
  }

  resource(uri: string, from: Located, reference: string): Resource | undefined {
    const draft = metaschema(uri);
    if (draft !== undefined) return this.registry.add(draft, uri, defaultDialect);
    const at = { file: from.file, steps: [...from.steps, "$ref"] };
    const own = toPath(uri);
    if (own !== undefined) return this.#inRepository(own, uri, reference, at, from);
    const sibling = this.#siblingFile(uri, from);
    const idOf = (path: string) => this.#ids.idOf(path);
    // The file at the location of the address, unless its own $id is another one.
    if (sibling !== undefined && (idOf(sibling) ?? uri) === uri) return this.#alias(uri, sibling, from);
    const named = this.#ids.find(uri);
    const [first, second] = named;
    if (first !== undefined && second !== undefined) {
      const what = `several files have the $id ${quote(uri)}: ${named.map(toPrintable).join(", ")}`;
      this.fault(at, what, "Give each schema its own $id.");
      return undefined;
    }
    if (first !== undefined) return this.#alias(uri, first, from);
    const near = sibling ?? this.#similarFile(reference, from);
    if (near !== undefined) return this.#alias(uri, near, from);
    const what = `the reference ${quote(reference)} leads to ${toPrintable(uri)}, which is not in the repository`;
    this.fault(at, what, `Nothing is downloaded: copy it into the repository, with "$id": ${quote(uri)}.`);
    return undefined;
  }

  /** Lists the texts of the files that were read, by path, and where each address leads. */
  resolved(): readonly (readonly string[])[] {
    const files = [...this.#read].map(([path, { file }]) => [path, file.text]);
    const addresses = [...this.registry.resources].map(
      ([
        uri,
        {
          root: { file, steps },
        },
      ]) => {
        return [uri, file.file.path, ...steps];
      },
    );
    return [...files.sort(byFirst), ...addresses.sort(byFirst)];
  }

  readonly fault: OnSchemaFault = ({ file, steps }, what, next) => {
    this.broken = true;
    this.#problems.add(
      createProblem("BODY_SCHEMA_INVALID", locateStep(file, steps), toPrintable(what), toPrintable(next)),
    );
  };

  readonly warn: OnSchemaFault = ({ file, steps }, what, next) => {
    if (!this.#isOwn(file) || isSuppressed("BODY_SCHEMA_UNCHECKED", file, steps)) return;
    const location = locateStep(file, steps, "key");
    this.#problems.add(createProblem("BODY_SCHEMA_UNCHECKED", location, toPrintable(what), toPrintable(next)));
  };

  #isOwn({ file }: SchemaFile): boolean {
    return this.#read.get(file.path)?.file === file;
  }

  #inRepository(
    path: string,
    uri: string,
    reference: string,
    at: Parameters<OnSchemaFault>[0],
    from: Located,
  ): Resource | undefined {
    const outside =
      !reference.includes(":") && posix.join(posix.dirname(from.file.file.path), reference).startsWith("../");
    const found = outside ? undefined : this.#existing(path);
    if (found !== undefined) return this.#alias(uri, found, from);
    const is = outside ? "out of the repository" : `to ${toPrintable(path)}, which does not exist`;
    const next = outside
      ? "Copy the schema into the repository."
      : "Correct the path: it is relative to the schema's own folder.";
    this.fault(at, `the reference ${quote(reference)} leads ${is}`, next);
    return undefined;
  }

  /** Returns the file at the path that corresponds to the relation of the addresses. */
  #siblingFile(uri: string, from: Located): string | undefined {
    for (const { uri: address, root } of [from.resource, ...this.registry.resources.values()]) {
      if (!this.#isOwn(root.file) || root.steps.length > 0) continue;
      const path = siblingPath(uri, address, root.file.file.path);
      const found = path === undefined || path.startsWith("../") ? undefined : this.#existing(path);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Returns the file that a reference leads to relative to its own file, regardless of its `$id`. */
  #similarFile(reference: string, { file }: Located): string | undefined {
    const address = resolveAddress(reference, toAddress(file.file.path));
    const path = address === undefined ? undefined : toPath(splitFragment(address).uri);
    return path === undefined || leavesRepository(reference, file) ? undefined : this.#existing(path);
  }

  #existing(path: string): string | undefined {
    const paths = endings.map((ending) => `${path}${ending}`);
    return paths.find((each) => ["file", "fault"].includes(inspectPath(join(this.#root, each)).kind));
  }

  /** Registers a file under the address that led to it, too. */
  #alias(uri: string, path: string, { resource }: Located): Resource | undefined {
    const known = this.#read.has(path) ? this.registry.resources.get(toAddress(path)) : undefined;
    const found = known ?? this.open(path, resource.dialect);
    if (found !== undefined) this.registry.resources.set(uri, found);
    return found;
  }

  #dialectOf({ file, value }: SchemaFile, inherited: Dialect): Dialect | undefined {
    const declared = isSchemaObject(value) ? value.$schema : undefined;
    if (typeof declared !== "string") return inherited;
    const dialect = findDialect(declared);
    if (dialect !== undefined) return dialect;
    const next = `Write one of ${dialects.map(({ address }) => address).join(", ")}.`;
    const what = `${quote(declared.replace(/#$/, ""))} is not a supported draft of JSON Schema`;
    this.fault({ file: { file, value }, steps: ["$schema"] }, what, next);
    return undefined;
  }

  #keepsToDraft(schema: SchemaFile, dialect: Dialect): boolean {
    const value = JSON.parse(schema.file.text) as JsonValue;
    // Addresses and patterns are checked elsewhere, and the name of a file need not be ASCII.
    const failures = explainFailures(metaschemaChecker(dialect).check(value), ({ keyword }) => keyword === "format");
    const reported = new Set<string>();
    for (const { at, message } of failures) {
      const steps = toSteps(at).map(String);
      // Only the first failure of each location: the others concern alternatives.
      const key = JSON.stringify(steps);
      if (reported.has(key)) continue;
      reported.add(key);
      const it = steps.length === 0 ? "the schema" : quote(steps.join("."));
      this.fault({ file: schema, steps }, `${it} ${message}`, "Correct the schema.");
    }
    return failures.length === 0;
  }
}

function byFirst([a = ""]: readonly string[], [b = ""]: readonly string[]): number {
  return a < b ? -1 : 1;
}

/** Reports whether a path leads above the repository, which an address cannot represent. */
function leavesRepository(reference: string, { file }: SchemaFile): boolean {
  return !/^[a-z][a-z0-9+.-]*:/i.test(reference) && posix.join(posix.dirname(file.path), reference).startsWith("../");
}
