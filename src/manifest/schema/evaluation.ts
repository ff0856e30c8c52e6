import type { JsonValue } from "../../types.ts";
import type { Resource } from "./types.ts";

/** A body that cannot be checked. The message is a clause for people. */
export class UncheckedError extends Error {}

/** Schemas that one body may be held against: about a second of work. */
const maxSteps = 5_000_000;

/** Schemas inside schemas, for values that nest 64 deep: beyond it one leads to itself. */
const maxDepth = 1_000;

/** Steps after which answers are remembered: few bodies take so many, and those ask the same again. */
const rememberFromSteps = 20_000;

/** Answers that are remembered: memory must not grow with the work. */
const maxRemembered = 200_000;

/** Steps after which failures are told as a whole: nobody reads more of them. */
const maxExplainedSteps = 50_000;

/** One check of one body: bounds what it costs, and knows which schemas led to where it is. */
export class Evaluation {
  /** The schemas that led here, outermost first; only where an answer may depend on them. */
  readonly scope: Resource[] = [];
  /** By the schema's node, which only has to be the same one. */
  readonly #answers = new Map<object, Map<JsonValue, boolean>>();
  #remembered = 0;
  readonly #dynamic: boolean;
  #steps = 0;
  #depth = 0;

  /** @param dynamic whether an answer may depend on the way to a schema */
  constructor(dynamic: boolean) {
    this.#dynamic = dynamic;
  }

  /** Forgets what it knows of another value. */
  restart(): this {
    this.#steps = 0;
    this.#depth = 0;
    this.scope.length = 0;
    if (this.#remembered > 0) this.#answers.clear();
    this.#remembered = 0;
    return this;
  }

  /** Counts work that is not the check of a schema, in such checks. @throws Unchecked */
  countSteps(steps: number): void {
    this.#steps += steps;
    if (this.#steps > maxSteps) throw new UncheckedError(`the schema takes more than ${maxSteps} steps for it`);
  }

  /** Begins the check of a schema. @throws Unchecked */
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

  /** Whether failures are still to be told one by one. */
  get canExplain(): boolean {
    return this.#steps < maxExplainedSteps;
  }

  /** Whether the value passes, where that is known. */
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
