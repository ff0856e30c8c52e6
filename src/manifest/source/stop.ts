import type { ProblemCode } from "../codes.ts";

/** Where something is in a data file; both count from 1. */
export interface Spot {
  readonly line: number;
  /** In UTF-16 code units. */
  readonly column: number;
}

/** Is told of a problem in a data file; reading goes on. */
export type TellSpot = (code: ProblemCode, spot: Spot, what: string, next: string) => void;

/** A data file cannot be read any further. */
export class DataStop extends Error {
  override name = "DataStop";
  readonly code: ProblemCode;
  readonly spot: Spot;
  readonly next: string;

  /** @param what as in a problem */
  constructor(code: ProblemCode, spot: Spot, what: string, next: string) {
    super(what);
    this.code = code;
    this.spot = spot;
    this.next = next;
  }
}

/** The spot at an offset of a text that begins at `start`. */
export function spotIn(text: string, offset: number, start: Spot): Spot {
  let { line, column } = start;
  let from = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < offset; end = text.indexOf("\n", from)) {
    line += 1;
    column = 1;
    from = end + 1;
  }
  return { line, column: column + offset - from };
}
