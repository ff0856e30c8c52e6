import type { JsonValue } from "../../types.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Evaluated, InstancePath, Located, SchemaFile, Steps } from "./types.ts";

/** A keyword of a schema that a body does not keep to. */
export interface Failure {
  readonly keyword: string;
  readonly file: SchemaFile;
  /** Where the keyword stands in its file. */
  readonly steps: Steps;
  readonly at: InstancePath;
  /** A clause that follows the name of the value: `must be integer`. */
  readonly message: string;
  /** Of anyOf, oneOf and if: what each alternative has against the value. */
  readonly branches?: readonly Branch[];
}

export interface Branch {
  readonly node: SchemaNode;
  /** What was checked against it. */
  readonly value: JsonValue;
  readonly failures: readonly Failure[];
}

/**
 * Checks a value.
 *
 * @param at undefined: only whether it passes is wanted, and any failure stands for all
 * @returns nothing where it passes
 */
export type Check = (value: JsonValue, at: InstancePath | undefined, run: Evaluation) => readonly Failure[];

/** Adds what a keyword or a schema looks at, in a value that passes. */
export type CollectEvaluated = (value: JsonValue, seen: Evaluated, run: Evaluation) => void;

/** A keyword that is ready to check. */
export interface Rule {
  readonly keyword: string;
  readonly check: Check;
  readonly see?: CollectEvaluated;
  /** Whether it has to wait for what the other keywords see. */
  readonly last?: boolean;
  /** Schemas that always apply to the same value. */
  readonly always?: readonly SchemaNode[];
  /** Schemas of the value's keys. */
  readonly properties?: ReadonlyMap<string, SchemaNode>;
  /** What `const`, `enum` and `type` allow, in words for people. */
  readonly allowed?: readonly string[];
}

export const passed: readonly Failure[] = [];

/** A schema that is ready to check values. */
export class SchemaNode {
  readonly located: Located;
  /** Filled once those of all schemas that lead here can be: a schema may lead to itself. */
  rules: readonly Rule[] = [];

  constructor(located: Located) {
    this.located = located;
  }

  /** See `Check`. */
  check(value: JsonValue, at: InstancePath | undefined, run: Evaluation): readonly Failure[] {
    run.enter(this.located.resource);
    const told = at === undefined || run.canExplain ? at : undefined;
    const failures = told === undefined ? this.#first(value, run) : this.#all(value, told, run);
    run.leave();
    return at === undefined || told !== undefined || failures.length === 0 ? failures : [this.#failure(at)];
  }

  #first(value: JsonValue, run: Evaluation): readonly Failure[] {
    const { rules } = this;
    for (let index = 0; index < rules.length; index += 1) {
      const found = (rules[index] as Rule).check(value, undefined, run);
      if (found.length > 0) return found;
    }
    return passed;
  }

  #all(value: JsonValue, at: InstancePath, run: Evaluation): readonly Failure[] {
    const failures: Failure[] = [];
    for (const { check, last } of this.rules) {
      // What failed has seen nothing, so all would be told as unevaluated.
      if (last && failures.length > 0) break;
      failures.push(...check(value, at, run));
    }
    return failures;
  }

  /** Adds what the schema looks at in a value that passes. */
  see(value: JsonValue, seen: Evaluated, run: Evaluation): void {
    run.enter(this.located.resource);
    for (const { see } of this.rules) see?.(value, seen, run);
    run.leave();
  }

  /** Whether a value passes. */
  accepts(value: JsonValue, run: Evaluation): boolean {
    return this.check(value, undefined, run).length === 0;
  }

  #failure(at: InstancePath): Failure {
    const { file, steps } = this.located;
    return { keyword: "", file, steps, at, message: "does not match the schema" };
  }
}

/** What stands for all failures where only whether a value passes is wanted. */
const anyFailure: readonly Failure[] = [
  { keyword: "", file: undefined as never, steps: [], at: { parent: undefined, key: "" }, message: "" },
];

/** Makes the failures of one keyword. */
export type Fail = (at: InstancePath | undefined, what: () => string, more?: Partial<Failure>) => readonly Failure[];

export function failing({ file, steps }: Located, keyword: string): Fail {
  return (at, what, more) => {
    if (at === undefined) return anyFailure;
    const failure = {
      keyword,
      file,
      at,
      // When it is asked for: most failures are those of alternatives that were not meant.
      get message() {
        return what();
      },
      get steps() {
        return [...steps, keyword];
      },
    };
    return [more === undefined ? failure : { ...failure, ...more }];
  };
}
