import { eastAsianWidth } from "get-east-asian-width";
import { toPrintable } from "./problem.ts";

/** What a terminal shows as one character, and the columns that it takes. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  /** UTF-16 code units that it takes in the file. */
  readonly units: number;
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Cuts a text into what a terminal shows: printable, a tab as one column. What was cut in two at an end is left out. */
export function splitCells(text: string): readonly Cell[] {
  const whole = text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return [...segmenter.segment(whole)].map(({ segment, index }) => {
    const seen = segment.replaceAll("\t", " ").replaceAll("\r", "");
    const text = isCommand(whole, index) ? escapedHash : toPrintable(seen);
    return { text, width: text === seen ? measureGrapheme(seen) : text.length, units: segment.length };
  });
}

const escapedHash = "\\u{23}";

/** Whether what begins here would be obeyed in a pipeline's log, which only shows in several characters together. */
function isCommand(text: string, at: number): boolean {
  return text[at] === "#" && toPrintable(text.slice(at, at + 40)).startsWith(escapedHash);
}

/** The first cells that fit, from the beginning. */
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

/** Marks stand on the character before them; two letters of a flag take two columns together. */
function measureGrapheme(grapheme: string): number {
  if (/^\p{Regional_Indicator}{2}/u.test(grapheme)) return 2;
  const widths = [...grapheme].map((char) => (/\p{M}/u.test(char) ? 0 : eastAsianWidth(char.codePointAt(0) ?? 0)));
  return Math.max(0, ...widths);
}
