import type { OnFinding } from "../../diagnostic.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";

/** A position in a data file; both values count from 1. */
export interface LineColumn {
  readonly line: number;
  /** In UTF-16 code units. */
  readonly column: number;
}

/** Called with a problem in a data file; reading continues. */
export type OnDataProblem = OnFinding<LineColumn, ProblemCode>;

/** A data file cannot be read any further. */
export class DataFileAbort extends Error {
  override name = "DataFileAbort";
  readonly code: ProblemCode;
  readonly location: LineColumn;
  readonly hint: string;

  /** @param what as in a problem */
  constructor(code: ProblemCode, location: LineColumn, what: string, next: string) {
    super(what);
    this.code = code;
    this.location = location;
    this.hint = next;
  }
}

/** Returns the position at an offset of a text that begins at `start`. */
export function positionAt(text: string, offset: number, start: LineColumn): LineColumn {
  let { line, column } = start;
  let from = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < offset; end = text.indexOf("\n", from)) {
    line += 1;
    column = 1;
    from = end + 1;
  }
  return { line, column: column + offset - from };
}
