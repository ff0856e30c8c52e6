import type { JsonValue } from "../../types.ts";
import { formatLocation, toPrintable } from "../problem/problem.ts";
import type { Path } from "../yaml/source-location.ts";
import { UncheckedError } from "./evaluation.ts";
import { explainFailures, toSteps } from "./explain-failures.ts";
import { locateStep, toFragment } from "./read-schema.ts";
import { SlowPatternError } from "./safe-pattern.ts";
import type { SchemaChecker } from "./schema-checker.ts";
import type { Failure } from "./schema-node.ts";

/** Maximum findings per body. */
const maxPerBody = 10;

/** Keywords that check a value as a whole, or against alternatives. */
const wholeValue = new Set(["anyOf", "oneOf", "not", "if", "contains", "const", "enum", "uniqueItems", ""]);

/** A problem of a part of a body. */
export interface Finding {
  readonly path: Path;
  /** A clause to append to the name of the part. */
  readonly message: string;
  /** The location of the rule, as a sentence. */
  readonly rule: string;
}

const noFindings: readonly Finding[] = [];

/** A schema for bodies, which describes their problems. */
export class BodySchema {
  /** Digest of every file that the schema consists of, and of where its references lead. */
  readonly digest: string;
  readonly #checker: SchemaChecker;
  /** The path of the schema's file, relative to the repository. */
  readonly #path: string;

  constructor(checker: SchemaChecker, path: string, digest: string) {
    this.digest = digest;
    this.#checker = checker;
    this.#path = path;
  }

  /** Checks a body. @param hidden paths of texts that are unknown here; problems that they may cause are omitted */
  check(body: JsonValue, hidden: readonly Path[]): readonly Finding[] {
    try {
      const failures = this.#checker.check(body);
      if (failures.length === 0) return noFindings;
      return toFindings(explainFailures(failures, (failure) => appliesTo(failure, hidden)));
    } catch (error) {
      if (!(error instanceof SlowPatternError || error instanceof UncheckedError)) throw error;
      const rule = `The schema is ${toPrintable(this.#path)}.`;
      return [{ path: [], message: `cannot be checked: ${error.message}`, rule }];
    }
  }
}

function toFindings(failures: readonly Failure[]): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const { at, message, file, steps } of failures) {
    const path = toSteps(at);
    // The same problem is reported once, even if several references lead to the rule.
    const key = JSON.stringify([path, message]);
    const rule = `The rule is ${toPrintable(toFragment(steps))} in ${formatLocation(locateStep(file, steps))}.`;
    if (!findings.has(key)) findings.set(key, { path, message, rule });
    if (findings.size === maxPerBody) break;
  }
  return [...findings.values()];
}

/** Reports whether an unknown text may have caused a failure. */
function appliesTo({ at, keyword }: Failure, hidden: readonly Path[]): boolean {
  if (hidden.length === 0) return false;
  const path = toSteps(at);
  return hidden.some((other) => {
    if (path.length > other.length || !path.every((step, index) => String(step) === String(other[index]))) return false;
    return path.length === other.length || wholeValue.has(keyword);
  });
}
