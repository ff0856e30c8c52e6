import type { Diagnostic } from "../../diagnostic.ts";
import { toPrintable } from "../../printable.ts";
import type { SourceLocation } from "../../types.ts";
import { type ProblemCode, problemCodes } from "./problem-codes.ts";

export { formatDiagnostic, formatLocation } from "../../diagnostic.ts";
export { quote, toPrintable } from "../../printable.ts";

/** A diagnostic at a location in the repository. */
export type Problem = Diagnostic<ProblemCode, SourceLocation>;

/** Creates a problem with printable texts, even if they contain parts of a file. */
export function createProblem(code: ProblemCode, location: SourceLocation, what: string, next: string): Problem {
  return { code, severity: problemCodes[code].severity, location, message: toPrintable(what), hint: toPrintable(next) };
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
