import type { Place } from "../types.ts";
import { compareProblems, type Problem } from "./problem.ts";

/** Problems kept for one file: who has a thousand is helped by the first hundred, and memory stays bounded. */
const keptPerFile = 100;

/** Gathers problems, keeps a bounded number of them for each file, and counts the rest. */
export class Problems {
  readonly #byFile = new Map<string, Problem[]>();
  #omitted = 0;
  #errors = 0;

  add(found: Problem): void {
    if (found.severity === "error") this.#errors += 1;
    const { file } = found.place;
    const kept = this.#byFile.get(file);
    if (kept === undefined) this.#byFile.set(file, [found]);
    else if (kept.some((other) => isSame(other, found))) return;
    else if (kept.length < keptPerFile) kept.push(found);
    else this.#omitted += 1;
  }

  /** Whether something was reported at this very place. */
  has({ file, line, column }: Place): boolean {
    const kept = this.#byFile.get(file) ?? [];
    return kept.some(({ place }) => place.line === line && place.column === column);
  }

  /** Errors so far, the omitted ones included. */
  get errors(): number {
    return this.#errors;
  }

  /** Problems that were found and not kept. */
  get omitted(): number {
    return this.#omitted;
  }

  sorted(): Problem[] {
    return [...this.#byFile.values()].flat().sort(compareProblems);
  }
}

/** A repeated message has the same against it many times. */
function isSame(a: Problem, b: Problem): boolean {
  return compareProblems(a, b) === 0 && a.code === b.code && a.what === b.what;
}
