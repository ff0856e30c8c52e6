import { toPrintable } from "../printable.ts";
import type { SourceLocation } from "../types.ts";
import { type ProblemCode, problemCodes, type Severity } from "./problem-codes.ts";

export { quote, toPrintable } from "../printable.ts";

/** Something that is wrong, or looks wrong, at a place in the repository. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly location: SourceLocation;
  /** What is wrong: a clause without a full stop at its end. */
  readonly message: string;
  /** What to do about it, in full sentences. */
  readonly hint: string;
}

/** Makes a problem whose words are printable, whatever of somebody's text went into them. */
export function createProblem(code: ProblemCode, location: SourceLocation, what: string, next: string): Problem {
  return { code, severity: problemCodes[code].severity, location, message: toPrintable(what), hint: toPrintable(next) };
}

/** One line: `file:line:column CODE: what. what next`. */
export function formatProblem({ code, location, message, hint }: Problem): string {
  return `${formatLocation(location)} ${code}: ${message}. ${hint}`;
}

export function formatLocation({ file, line, column }: SourceLocation): string {
  return `${toPrintable(file)}:${line}:${column}`;
}

/** By file, line and column; what stands at one place stays in the order in which it was found. */
export function compareProblems(a: Problem, b: Problem): number {
  return (
    compareText(a.location.file, b.location.file) ||
    a.location.line - b.location.line ||
    a.location.column - b.location.column
  );
}

/** By code units, the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
