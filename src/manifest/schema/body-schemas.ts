import { digestText } from "../../plan/index.ts";
import type { SourceLocation } from "../../types.ts";
import { findNamedFile } from "../files/manifest-files.ts";
import { createProblem } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { BodySchema } from "./body-schema.ts";
import { Compiler } from "./compiler.ts";
import { RepositorySources } from "./repository-sources.ts";
import { SchemaChecker } from "./schema-checker.ts";
import { SchemaIds } from "./schema-ids.ts";

/** Reads and compiles the body schemas of a repository, each once. References are limited to its files. */
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
   * @param location of the schema's name, or of the queue that uses it
   * @param next what to do if the file does not exist
   * @returns undefined if it cannot be used, which is reported
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
    const sources = new RepositorySources(this.#root, this.#problems, this.#ids);
    const checker = compileSchema(path, sources);
    return checker && new BodySchema(checker, path, digestText(JSON.stringify([path, ...sources.resolved()])));
  }
}

/** Compiles a schema. @returns undefined if it cannot be used, which is reported */
export function compileSchema(path: string, sources: RepositorySources): SchemaChecker | undefined {
  const resource = sources.open(path);
  if (resource === undefined) return undefined;
  const compiler = new Compiler(sources.registry, sources);
  const node = compiler.compile(resource.root);
  const dynamic = compiler.usesRecursion || compiler.dynamicNames.size > 0;
  return sources.broken ? undefined : new SchemaChecker(node, dynamic);
}
