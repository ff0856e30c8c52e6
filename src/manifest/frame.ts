import type { SourceLocation } from "../types.ts";
import { type Cell, cellsOf, firstCells, widthOfCells } from "./cells.ts";

/** Columns of a frame where no terminal says how many it has. */
const defaultColumns = 100;

/** Columns of text that a frame shows in a terminal however narrow. */
const leastColumns = 4;

/** Code units of one character that a frame takes into account: what bears more marks is cut. */
const unitsOfColumn = 8;

/** Paints a part of a frame, with colours or without. */
export type Paint = (text: string) => string;

export interface FrameOptions {
  /** For the caret; who writes to a terminal may colour it. */
  readonly paint?: Paint;
  /** Columns that a line of the frame may take. */
  readonly columns?: number | undefined;
}

/**
 * The line of a place, the line before it, and a caret below the column; of a long line what stands around the place.
 *
 * @param lineOf the text of a line, counted from 1; undefined where the file has no such line
 */
export function codeFrame(
  place: SourceLocation,
  lineOf: (line: number) => string | undefined,
  { paint = (text) => text, columns = defaultColumns }: FrameOptions = {},
): string {
  const line = lineOf(place.line);
  if (line === undefined) return "";
  const gutter = String(place.line).length;
  const room = Math.max(leastColumns, columns - gutter - " | ".length);
  const at = place.column - 1;
  const reach = room * unitsOfColumn;
  const behind = firstCells(cellsOf(line.slice(at, at + reach)), room);
  // Most of the room is for what leads to the place; what the end of the line leaves free is so too.
  const ahead = lastCells(cellsOf(line.slice(Math.max(0, at - reach), at)), spaceAhead(room, widthOfCells(behind)));
  const caret = widthOfCells(ahead);
  const from = Math.max(0, at - ahead.reduce((sum, { units }) => sum + units, 0));
  const row = (number: number, cells: readonly Cell[]) =>
    `${String(number).padStart(gutter)} | ${textOf(cells)}`.trimEnd();
  const before = place.line > 1 ? lineOf(place.line - 1) : undefined;
  return [
    ...(before === undefined ? [] : [row(place.line - 1, firstCells(cellsOf(before.slice(from, from + reach)), room))]),
    row(place.line, [...ahead, ...firstCells(behind, room - caret)]),
    `${" ".repeat(gutter)} | ${" ".repeat(caret)}${paint("^")}`,
  ].join("\n");
}

/** The caret takes a column itself, also behind the end of the line. */
function spaceAhead(room: number, behind: number): number {
  return room - Math.min(Math.max(1, behind), Math.ceil(room * 0.4));
}

function lastCells(cells: readonly Cell[], columns: number): readonly Cell[] {
  return firstCells(cells.toReversed(), columns).toReversed();
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join("");
}
