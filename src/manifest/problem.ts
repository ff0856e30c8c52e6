import { cut } from "../figures.ts";
import type { Place } from "../types.ts";
import { codes, type ProblemCode, type Severity } from "./codes.ts";

/** Something that is wrong, or looks wrong, at a place in the repository. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly place: Place;
  /** What is wrong: a clause without a full stop at its end. */
  readonly what: string;
  /** What to do about it, in full sentences. */
  readonly next: string;
}

export function problem(code: ProblemCode, place: Place, what: string, next: string): Problem {
  return { code, severity: codes[code].severity, place, what, next };
}

/** One line: `file:line:column CODE: what. what next`. */
export function formatProblem({ code, place, what, next }: Problem): string {
  return `${formatPlace(place)} ${code}: ${what}. ${next}`;
}

export function formatPlace({ file, line, column }: Place): string {
  return `${printable(file)}:${line}:${column}`;
}

/** By file, line and column; what stands at one place stays in the order in which it was found. */
export function compareProblems(a: Problem, b: Problem): number {
  return compareText(a.place.file, b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column;
}

/** By code units, the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Characters of a quoted piece of somebody's text; the place says where the rest is. */
const quoteLength = 60;

/** Somebody's text inside a message for people: in double quotes, on one line, cut, with nothing a terminal would obey. */
export function quote(text: string): string {
  const first = cut(text, quoteLength);
  return `"${printable(first)}${first.length < text.length ? "…" : ""}"`;
}

/** Text without the characters that a terminal obeys or that hide what stands there. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) => {
    const code = found.codePointAt(0) ?? 0;
    return code === 0x0a ? "\\n" : code === 0x09 ? "\\t" : `\\u{${code.toString(16)}}`;
  });
}
