import type { JsonValue } from "../../types.ts";
import type { Path } from "../locate.ts";
import { SlowPattern } from "../pattern.ts";
import { formatPlace, toPrintable } from "../problem.ts";
import type { Checker } from "./checker.ts";
import { explain, stepsOf } from "./explain.ts";
import type { Failure } from "./node.ts";
import { placeIn, toFragment } from "./read.ts";
import { Unchecked } from "./run.ts";

/** Findings of one body: who breaks twenty rules is helped by the first ten. */
const keptPerBody = 10;

/** Keywords that look at a value as a whole, or at one of several that it may be. */
const wholeValue = new Set(["anyOf", "oneOf", "not", "if", "contains", "const", "enum", "uniqueItems", ""]);

/** What is said of a part of a body. */
export interface Finding {
  readonly path: Path;
  /** A clause that follows the name of the part. */
  readonly what: string;
  /** Where the rule is: a sentence. */
  readonly rule: string;
}

const none: readonly Finding[] = [];

/** A schema that bodies are held against, with what it says of them in words for people. */
export class BodySchema {
  readonly #checker: Checker;
  /** Of the schema's file, relative to the repository. */
  readonly #path: string;

  constructor(checker: Checker, path: string) {
    this.#checker = checker;
    this.#path = path;
  }

  /** @param hidden paths of texts that are not known here: what may come of them is left out */
  check(body: JsonValue, hidden: readonly Path[]): readonly Finding[] {
    try {
      const failures = this.#checker.check(body);
      if (failures.length === 0) return none;
      return findingsOf(explain(failures, (failure) => isAbout(failure, hidden)));
    } catch (error) {
      if (!(error instanceof SlowPattern || error instanceof Unchecked)) throw error;
      const rule = `The schema is ${toPrintable(this.#path)}.`;
      return [{ path: [], what: `cannot be checked: ${error.message}`, rule }];
    }
  }
}

function findingsOf(failures: readonly Failure[]): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const { at, what, file, steps } of failures) {
    const path = stepsOf(at);
    // What is wrong in one way is told once, however many ways lead to the rule.
    const key = JSON.stringify([path, what]);
    const rule = `The rule is ${toPrintable(toFragment(steps))} in ${formatPlace(placeIn(file, steps))}.`;
    if (!findings.has(key)) findings.set(key, { path, what, rule });
    if (findings.size === keptPerBody) break;
  }
  return [...findings.values()];
}

/** Whether a failure may come of a text that is not known here. */
function isAbout({ at, keyword }: Failure, hidden: readonly Path[]): boolean {
  if (hidden.length === 0) return false;
  const path = stepsOf(at);
  return hidden.some((other) => {
    if (path.length > other.length || !path.every((step, index) => String(step) === String(other[index]))) return false;
    return path.length === other.length || wholeValue.has(keyword);
  });
}
