import type { SourceLocation } from "../types.ts";
import { didYouMean } from "./did-you-mean.ts";
import { compareProblems, createProblem, type Problem, quote } from "./problem.ts";
import { type ProblemCode, problemCodes } from "./problem-codes.ts";
import type { TextFile } from "./text-file.ts";

/** Maximum errors, and warnings, kept for one file (the rest are only counted). */
const maxPerFile = 100;

/** Collects problems, keeps a limited number for each file, and counts the rest. */
export class ProblemCollector {
  readonly #kept = new Map<string, Problem[]>();
  readonly #suppressed = new Set<string>();
  #omitted = 0;
  #errors = 0;

  add(found: Problem): void {
    const { severity, location, code } = found;
    if (severity === "error") this.#errors += 1;
    else if (this.isSuppressed(location, code)) return;
    const key = `${severity} ${location.file}`;
    const kept = this.#kept.get(key);
    if (kept === undefined) this.#kept.set(key, [found]);
    else if (kept.some((other) => isSame(other, found))) return;
    else if (kept.length < maxPerFile) kept.push(found);
    else this.#omitted += 1;
  }

  /** Counts errors without a description. */
  omit(errors: number): void {
    this.#errors += errors;
    this.#omitted += errors;
  }

  /** Silences a warning in a line, from now on. */
  suppress(file: string, line: number, code: string): void {
    this.#suppressed.add(`${code} ${line} ${file}`);
  }

  isSuppressed({ file, line }: SourceLocation, code: string): boolean {
    return this.#suppressed.size > 0 && this.#suppressed.has(`${code} ${line} ${file}`);
  }

  /** Reports whether there is an error at exactly this location. */
  has({ file, line, column }: SourceLocation): boolean {
    const kept = this.#kept.get(`error ${file}`) ?? [];
    return kept.some(({ location }) => location.line === line && location.column === column);
  }

  /** The number of errors so far, including omitted ones. */
  get errors(): number {
    return this.#errors;
  }

  /** The number of problems that were found but not kept. */
  get omitted(): number {
    return this.#omitted;
  }

  sorted(): Problem[] {
    return [...this.#kept.values()].flat().sort(compareProblems);
  }
}

/** Compares problems: a repeated message has the same problem many times. */
function isSame(a: Problem, b: Problem): boolean {
  return compareProblems(a, b) === 0 && a.code === b.code && a.message === b.message;
}

/** `# queue-seeder: allow CODE, CODE`, optionally followed by a reason. */
const comment = /#[ \t]*queue-seeder:[ \t]*allow[ \t]+([A-Za-z_]+(?:[ \t]*,[ \t]*[A-Za-z_]+)*)/g;

const warnings = Object.keys(problemCodes).filter((code) => problemCodes[code as ProblemCode].severity === "warning");

/**
 * Finds the comments that silence warnings. A comment after a value applies to its line; one on its own line also applies to the
 * next line. Errors cannot be silenced.
 */
export function readSuppressions(file: TextFile, problems: ProblemCollector): void {
  for (const found of file.text.matchAll(comment)) {
    const location = file.locationAt(found.index);
    const alone = file.text.slice(found.index - location.column + 1, found.index).trim() === "";
    for (const code of (found[1] ?? "").split(",").map((each) => each.trim())) {
      if (warnings.includes(code)) {
        problems.suppress(file.path, location.line, code);
        if (alone) problems.suppress(file.path, location.line + 1, code);
        continue;
      }
      const isError = Object.hasOwn(problemCodes, code);
      const what = isError ? `${code} is an error, which cannot be silenced` : `${quote(code)} is not a warning`;
      const next = `Remove the comment, or name a warning: ${warnings.join(", ")}.${didYouMean(code, warnings)}`;
      problems.add(createProblem("ALLOW_UNKNOWN", location, what, next));
    }
  }
}
