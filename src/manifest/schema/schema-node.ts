import type { JsonValue } from "../../types.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Evaluated, InstancePath, Located, SchemaFile, Steps } from "./types.ts";

/** A keyword of a schema that a body violates. */
export interface Failure {
  readonly keyword: string;
  readonly file: SchemaFile;
  /** The path of the keyword in its file. */
  readonly steps: Steps;
  readonly at: InstancePath;
  /** A clause to append to the name of the value: `must be integer`. */
  readonly message: string;
  /** For anyOf, oneOf and if: the failures of each alternative. */
  readonly branches?: readonly Branch[];
}

export interface Branch {
  readonly node: SchemaNode;
  /** The value that was checked. */
  readonly value: JsonValue;
  readonly failures: readonly Failure[];
}

/**
 * Checks a value.
 *
 * @param at undefined if only validity matters; any failure then represents all
 * @returns the failures; empty if the value is valid
 */
export type Check = (value: JsonValue, at: InstancePath | undefined, run: Evaluation) => readonly Failure[];

/** Adds what a keyword or a schema evaluates in a valid value. */
export type CollectEvaluated = (value: JsonValue, seen: Evaluated, run: Evaluation) => void;

/** A compiled keyword. */
export interface Rule {
  readonly keyword: string;
  readonly check: Check;
  readonly markEvaluated?: CollectEvaluated;
  /** Whether it depends on what the other keywords evaluate. */
  readonly last?: boolean;
  /** The schemas that always apply to the same value. */
  readonly always?: readonly SchemaNode[];
  /** The schemas of the value's keys. */
  readonly properties?: ReadonlyMap<string, SchemaNode>;
  /** The values that `const`, `enum` and `type` allow, for display. */
  readonly allowed?: readonly string[];
}

export const passed: readonly Failure[] = [];

/** A compiled schema. */
export class SchemaNode {
  readonly located: Located;
  /** Assigned after construction, because a schema may refer to itself. */
  rules: readonly Rule[] = [];

  constructor(located: Located) {
    this.located = located;
  }

  /** Checks a value, see `Check`. */
  check(value: JsonValue, at: InstancePath | undefined, run: Evaluation): readonly Failure[] {
    run.enter(this.located.resource);
    const reportAt = at === undefined || run.canExplain ? at : undefined;
    const failures = reportAt === undefined ? this.#first(value, run) : this.#all(value, reportAt, run);
    run.leave();
    return at === undefined || reportAt !== undefined || failures.length === 0 ? failures : [this.#failure(at)];
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
      // Failed keywords evaluate nothing, so everything would be reported as unevaluated.
      if (last && failures.length > 0) break;
      failures.push(...check(value, at, run));
    }
    return failures;
  }

  /** Adds what the schema evaluates in a valid value. */
  markEvaluated(value: JsonValue, seen: Evaluated, run: Evaluation): void {
    run.enter(this.located.resource);
    for (const { markEvaluated } of this.rules) markEvaluated?.(value, seen, run);
    run.leave();
  }

  /** Reports whether a value is valid. */
  accepts(value: JsonValue, run: Evaluation): boolean {
    return this.check(value, undefined, run).length === 0;
  }

  #failure(at: InstancePath): Failure {
    const { file, steps } = this.located;
    return { keyword: "", file, steps, at, message: "does not match the schema" };
  }
}

/** Represents all failures if only validity matters. */
const anyFailure: readonly Failure[] = [
  { keyword: "", file: undefined as never, steps: [], at: { parent: undefined, key: "" }, message: "" },
];

/** Creates the failures of one keyword. */
export type Fail = (at: InstancePath | undefined, what: () => string, more?: Partial<Failure>) => readonly Failure[];

export function failing({ file, steps }: Located, keyword: string): Fail {
  return (at, what, more) => {
    if (at === undefined) return anyFailure;
    const failure = {
      keyword,
      file,
      at,
      // Lazily: most failures belong to alternatives that were not intended.
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
