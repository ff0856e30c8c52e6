import type { SourceLocation } from "../types.ts";
import { type Cell, measureCells, splitCells, takeFirstCells } from "./display-width.ts";

/** Columns of a frame where no terminal says how many it has. */
const defaultColumns = 100;

/** Columns of text that a frame shows in a terminal however narrow. */
const minColumns = 4;

/** Code units of one character that a frame takes into account: what bears more marks is cut. */
const toUnitOffset = 8;

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
  // Most of the room is for what leads to the place; what the end of the line leaves free is so too.
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

/** The caret takes a column itself, also behind the end of the line. */
function leadingSpace(room: number, behind: number): number {
  return room - Math.min(Math.max(1, behind), Math.ceil(room * 0.4));
}

function takeLastCells(cells: readonly Cell[], columns: number): readonly Cell[] {
  return takeFirstCells(cells.toReversed(), columns).toReversed();
}

function joinCells(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join("");
}
