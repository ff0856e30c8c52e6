import { toPrintable } from "../printable.ts";
import type { SourceLocation } from "../types.ts";
import { codes, type ProblemCode, type Severity } from "./codes.ts";

export { quote, toPrintable } from "../printable.ts";

/** Something that is wrong, or looks wrong, at a place in the repository. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly place: SourceLocation;
  /** What is wrong: a clause without a full stop at its end. */
  readonly what: string;
  /** What to do about it, in full sentences. */
  readonly next: string;
}

/** Makes a problem whose words are printable, whatever of somebody's text went into them. */
export function problem(code: ProblemCode, place: SourceLocation, what: string, next: string): Problem {
  return { code, severity: codes[code].severity, place, what: toPrintable(what), next: toPrintable(next) };
}

/** One line: `file:line:column CODE: what. what next`. */
export function formatProblem({ code, place, what, next }: Problem): string {
  return `${formatPlace(place)} ${code}: ${what}. ${next}`;
}

export function formatPlace({ file, line, column }: SourceLocation): string {
  return `${toPrintable(file)}:${line}:${column}`;
}

/** By file, line and column; what stands at one place stays in the order in which it was found. */
export function compareProblems(a: Problem, b: Problem): number {
  return compareText(a.place.file, b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column;
}

/** By code units, the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
