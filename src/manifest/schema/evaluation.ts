import type { JsonValue } from "../../types.ts";
import type { Resource } from "./types.ts";

/** Thrown if a body cannot be checked. The message is a clause. */
export class UncheckedError extends Error {
  override name = "UncheckedError";
}

/** Maximum checks of schemas per body: about a second of work. */
const maxSteps = 5_000_000;

/** Maximum depth of nested schemas. Values are at most 64 levels deep, so a deeper schema refers to itself. */
const maxDepth = 1_000;

/** Steps after which results are cached: few bodies need so many, and those repeat the same checks. */
const rememberFromSteps = 20_000;

/** Maximum cached results, to limit memory. */
const maxRemembered = 200_000;

/** Steps after which failures are no longer listed individually. */
const maxExplainedSteps = 50_000;

/** One check of one body: limits its cost, and tracks the dynamic scope. */
export class Evaluation {
  /** The dynamic scope, outermost first; only tracked if a result may depend on it. */
  readonly scope: Resource[] = [];
  /** Cached results by the identity of the schema's node. */
  readonly #answers = new Map<object, Map<JsonValue, boolean>>();
  #remembered = 0;
  readonly #dynamic: boolean;
  #steps = 0;
  #depth = 0;

  /** @param dynamic whether a result may depend on the path to a schema */
  constructor(dynamic: boolean) {
    this.#dynamic = dynamic;
  }

  /** Resets the state for another value. */
  restart(): this {
    this.#steps = 0;
    this.#depth = 0;
    this.scope.length = 0;
    if (this.#remembered > 0) this.#answers.clear();
    this.#remembered = 0;
    return this;
  }

  /** Counts other work in units of schema checks. @throws UncheckedError if the limit is exceeded */
  countSteps(steps: number): void {
    this.#steps += steps;
    if (this.#steps > maxSteps) throw new UncheckedError(`the schema takes more than ${maxSteps} steps for it`);
  }

  /** Begins the check of a schema. @throws UncheckedError if a limit is exceeded */
  enter(resource: Resource): void {
    this.countSteps(1);
    this.#depth += 1;
    if (this.#dynamic) this.scope.push(resource);
    if (this.#depth > maxDepth) throw new UncheckedError("the schema never ends");
  }

  leave(): void {
    this.#depth -= 1;
    if (this.#dynamic) this.scope.pop();
  }

  /** Whether failures are still listed individually. */
  get canExplain(): boolean {
    return this.#steps < maxExplainedSteps;
  }

  /** Returns the cached result for a value, if any. */
  recall(node: object, value: JsonValue): boolean | undefined {
    return this.#steps < rememberFromSteps || this.#dynamic ? undefined : this.#answers.get(node)?.get(value);
  }

  remember(node: object, value: JsonValue, passes: boolean): void {
    if (this.#steps < rememberFromSteps || this.#dynamic || this.#remembered === maxRemembered) return;
    this.#remembered += 1;
    const answers = this.#answers.get(node);
    if (answers) answers.set(value, passes);
    else this.#answers.set(node, new Map([[value, passes]]));
  }
}
