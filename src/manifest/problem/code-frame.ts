import type { SourceLocation } from "../../types.ts";
import { type Cell, measureCells, splitCells, takeFirstCells } from "./display-width.ts";

/** The columns of a frame without a terminal. */
const defaultColumns = 100;

/** The minimum columns of text in a frame, even in a narrow terminal. */
const minColumns = 4;

/** Maximum code units per column: characters with more combining marks are truncated. */
const toUnitOffset = 8;

/** Colors a part of a frame, or returns it unchanged. */
export type Paint = (text: string) => string;

export interface FrameOptions {
  /** Colors the caret in a terminal. */
  readonly paint?: Paint;
  /** Maximum columns of a line of the frame. */
  readonly columns?: number | undefined;
}

/**
 * Builds a frame: the line of a location, the line above it, and a caret below the column. For a long line, it shows the part around
 * the location.
 *
 * @param lineOf returns the text of a line, counted from 1, or undefined if it does not exist
 */
export function codeFrame(
  location: SourceLocation,
  lineOf: (line: number) => string | undefined,
  { paint = (text) => text, columns = defaultColumns }: FrameOptions = {},
): string {
  const line = lineOf(location.line);
  if (line === undefined) return "";
  const gutter = String(location.line).length;
  const room = Math.max(minColumns, columns - gutter - " | ".length);
  const at = location.column - 1;
  const reach = room * toUnitOffset;
  const behind = takeFirstCells(splitCells(line.slice(at, at + reach)), room);
  // Most of the space is for the text in front of the location, including the space that the end of the line leaves free.
  const ahead = takeLastCells(
    splitCells(line.slice(Math.max(0, at - reach), at)),
    leadingSpace(room, measureCells(behind)),
  );
  const caret = measureCells(ahead);
  const from = Math.max(0, at - ahead.reduce((sum, { units }) => sum + units, 0));
  const row = (number: number, cells: readonly Cell[]) =>
    `${String(number).padStart(gutter)} | ${joinCells(cells)}`.trimEnd();
  const before = location.line > 1 ? lineOf(location.line - 1) : undefined;
  return [
    ...(before === undefined
      ? []
      : [row(location.line - 1, takeFirstCells(splitCells(before.slice(from, from + reach)), room))]),
    row(location.line, [...ahead, ...takeFirstCells(behind, room - caret)]),
    `${" ".repeat(gutter)} | ${" ".repeat(caret)}${paint("^")}`,
  ].join("\n");
}

/** Returns the columns in front of the caret, which needs a column itself, even after the end of the line. */
function leadingSpace(room: number, behind: number): number {
  return room - Math.min(Math.max(1, behind), Math.ceil(room * 0.4));
}

function takeLastCells(cells: readonly Cell[], columns: number): readonly Cell[] {
  return takeFirstCells(cells.toReversed(), columns).toReversed();
}

function joinCells(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join("");
}
