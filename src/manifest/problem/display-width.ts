import { eastAsianWidth } from "get-east-asian-width";
import { toPrintable } from "./problem.ts";

/** A character as a terminal displays it, with its width in columns. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  /** Its length in the file in UTF-16 code units. */
  readonly units: number;
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Splits a text into displayed characters: printable, a tab as one column. Incomplete characters at the ends are omitted. */
export function splitCells(text: string): readonly Cell[] {
  const whole = text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return [...segmenter.segment(whole)].map(({ segment, index }) => {
    const seen = segment.replaceAll("\t", " ").replaceAll("\r", "");
    const text = isCommand(whole, index) ? escapedHash : toPrintable(seen);
    return { text, width: text === seen ? measureGrapheme(seen) : text.length, units: segment.length };
  });
}

const escapedHash = "\\u{23}";

/** Reports whether a workflow command of a pipeline begins here, which spans several characters. */
function isCommand(text: string, at: number): boolean {
  return text[at] === "#" && toPrintable(text.slice(at, at + 40)).startsWith(escapedHash);
}

/** Returns the first cells that fit. */
export function takeFirstCells(cells: readonly Cell[], columns: number): readonly Cell[] {
  let left = columns;
  const over = cells.findIndex(({ width }) => {
    left -= width;
    return left < 0;
  });
  return over < 0 ? cells : cells.slice(0, over);
}

export function measureCells(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

/** Returns the width of a character: combining marks add nothing, and the two letters of a flag take two columns together. */
function measureGrapheme(grapheme: string): number {
  if (/^\p{Regional_Indicator}{2}/u.test(grapheme)) return 2;
  const widths = [...grapheme].map((char) => (/\p{M}/u.test(char) ? 0 : eastAsianWidth(char.codePointAt(0) ?? 0)));
  return Math.max(0, ...widths);
}
