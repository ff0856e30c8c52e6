import type { SourceLocation } from "../types.ts";
import { findNamedFile } from "./manifest-files.ts";
import { createProblem } from "./problem.ts";
import type { ProblemCollector } from "./problem-collector.ts";
import { BodySchema } from "./schema/body-schema.ts";
import { Compiler } from "./schema/compiler.ts";
import { RepositorySources } from "./schema/repository-sources.ts";
import { SchemaChecker } from "./schema/schema-checker.ts";
import { SchemaIds } from "./schema/schema-ids.ts";

/** Reads and compiles the body schemas of a repository, each once. References lead to its files and nowhere else. */
export class BodySchemas {
  readonly #compiled = new Map<string, BodySchema | undefined>();
  readonly #root: string;
  readonly #problems: ProblemCollector;
  readonly #ids: SchemaIds;

  constructor(root: string, problems: ProblemCollector) {
    this.#root = root;
    this.#problems = problems;
    this.#ids = new SchemaIds(root);
  }

  /**
   * @param path relative to the repository
   * @param location where the schema is named, or the queue that has it
   * @param next what to do when it is not there
   * @returns undefined when it cannot be used, which is told
   */
  load(path: string, location: SourceLocation, next: string): BodySchema | undefined {
    if (path.startsWith("../")) {
      this.#problems.add(createProblem("OUTSIDE_REPOSITORY", location, "this path leads out of the repository", next));
      return undefined;
    }
    if (!findNamedFile(this.#root, path, location, next, this.#problems)) return undefined;
    if (!this.#compiled.has(path)) this.#compiled.set(path, this.#compile(path));
    return this.#compiled.get(path);
  }

  #compile(path: string): BodySchema | undefined {
    const checker = compileSchema(path, new RepositorySources(this.#root, this.#problems, this.#ids));
    return checker && new BodySchema(checker, path);
  }
}

/** @returns undefined for a schema that cannot be used, which is told */
export function compileSchema(path: string, sources: RepositorySources): SchemaChecker | undefined {
  const resource = sources.open(path);
  if (resource === undefined) return undefined;
  const compiler = new Compiler(sources.registry, sources);
  const node = compiler.compile(resource.root);
  const dynamic = compiler.usesRecursion || compiler.dynamicNames.size > 0;
  return sources.broken ? undefined : new SchemaChecker(node, dynamic);
}
