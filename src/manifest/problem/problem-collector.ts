import type { SourceLocation } from "../../types.ts";
import { compareProblems, type Problem } from "./problem.ts";

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
