import type { SourceLocation } from "../types.ts";
import type { Problems } from "./collect.ts";
import { findNamedFile } from "./files.ts";
import { problem } from "./problem.ts";
import { BodySchema } from "./schema/body-schema.ts";
import { Checker } from "./schema/checker.ts";
import { Compiler } from "./schema/compile.ts";
import { SchemaIds } from "./schema/ids.ts";
import { RepositorySources } from "./schema/sources.ts";

/** Reads and compiles the body schemas of a repository, each once. References lead to its files and nowhere else. */
export class BodySchemas {
  readonly #compiled = new Map<string, BodySchema | undefined>();
  readonly #root: string;
  readonly #problems: Problems;
  readonly #ids: SchemaIds;

  constructor(root: string, problems: Problems) {
    this.#root = root;
    this.#problems = problems;
    this.#ids = new SchemaIds(root);
  }

  /**
   * @param path relative to the repository
   * @param place where the schema is named, or the queue that has it
   * @param next what to do when it is not there
   * @returns undefined when it cannot be used, which is told
   */
  load(path: string, place: SourceLocation, next: string): BodySchema | undefined {
    if (path.startsWith("../")) {
      this.#problems.add(problem("OUTSIDE_REPOSITORY", place, "this path leads out of the repository", next));
      return undefined;
    }
    if (!findNamedFile(this.#root, path, place, next, this.#problems)) return undefined;
    if (!this.#compiled.has(path)) this.#compiled.set(path, this.#compile(path));
    return this.#compiled.get(path);
  }

  #compile(path: string): BodySchema | undefined {
    const checker = compileSchema(path, new RepositorySources(this.#root, this.#problems, this.#ids));
    return checker && new BodySchema(checker, path);
  }
}

/** @returns undefined for a schema that cannot be used, which is told */
export function compileSchema(path: string, sources: RepositorySources): Checker | undefined {
  const resource = sources.open(path);
  if (resource === undefined) return undefined;
  const compiler = new Compiler(sources.registry, sources);
  const node = compiler.compile(resource.root);
  const dynamic = compiler.usesRecursion || compiler.dynamicNames.size > 0;
  return sources.broken ? undefined : new Checker(node, dynamic);
}
