import { toPrintable } from "../printable.ts";
import type { SourceLocation } from "../types.ts";
import { type ProblemCode, problemCodes, type Severity } from "./problem-codes.ts";

export { quote, toPrintable } from "../printable.ts";

/** A mistake, or a probable one, at a location in the repository. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly location: SourceLocation;
  /** What is wrong: a clause without a full stop at its end. */
  readonly message: string;
  /** What to do about it, in full sentences. */
  readonly hint: string;
}

/** Creates a problem with printable texts, even if they contain parts of a file. */
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

/** Compares problems by file, line and column; problems at one location keep their order. */
export function compareProblems(a: Problem, b: Problem): number {
  return (
    compareText(a.location.file, b.location.file) ||
    a.location.line - b.location.line ||
    a.location.column - b.location.column
  );
}

/** Compares texts by code units, independent of the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
