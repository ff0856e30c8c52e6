import type { Place } from "../types.ts";
import { printable } from "./problem.ts";

/** Columns of a line that a frame shows, around the place. */
const frameWidth = 100;

/** Paints a part of a frame, with colours or without. */
export type Paint = (text: string) => string;

/**
 * The line of a place, the line before it, and a caret below the column.
 *
 * @param lineOf the text of a line, counted from 1; undefined where the file has no such line
 * @param paint for the caret; who writes to a terminal may colour it
 */
export function codeFrame(
  place: Place,
  lineOf: (line: number) => string | undefined,
  paint: Paint = (text) => text,
): string {
  const line = lineOf(place.line);
  if (line === undefined) return "";
  const from = Math.max(0, place.column - 1 - Math.floor(frameWidth * 0.6));
  const gutter = String(place.line).length;
  const row = (number: number, text: string) =>
    `${String(number).padStart(gutter)} | ${visible(text.slice(from, from + frameWidth))}`.trimEnd();
  const before = place.line > 1 ? lineOf(place.line - 1) : undefined;
  const caret = `${" ".repeat(gutter)} | ${" ".repeat(visible(line.slice(from, place.column - 1)).length)}${paint("^")}`;
  return [...(before === undefined ? [] : [row(place.line - 1, before)]), row(place.line, line), caret].join("\n");
}

/** One column for each character, so that the caret stands below the right one. What was cut in two at an end is left out. */
function visible(text: string): string {
  const whole = text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return printable(whole.replaceAll("\t", " ").replaceAll("\r", ""));
}
