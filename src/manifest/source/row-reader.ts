import type { JsonValue } from "../../types.ts";
import { DataFileAbort, type LineColumn, type OnDataProblem } from "./data-file-errors.ts";
import type { MappedRow, RowTemplate } from "./row-template.ts";

/** One value of a data file. */
export interface Row {
  /** Parsed when it is used for the first time, if its JSON was recognized before; see {@link RowParser}. */
  readonly value: JsonValue;
  /** Its JSON without whitespace. */
  readonly json: string;
  /** Its canonical JSON; undefined if it is not known yet. */
  readonly canonical?: string | undefined;
  /** Its UTF-8 bytes. */
  readonly bytes: number;
  readonly position: LineColumn;
  /** Bytes of the file up to the end of its line; undefined in formats where no other row can start there. */
  readonly end?: number | undefined;
  /** The spelling of a number, if JavaScript formats it differently. */
  readonly spelling?: string | undefined;
  /** What the template of {@link RowOptions} makes of it; undefined if the row must be mapped by its value. */
  readonly mapped?: MappedRow | undefined;
}

/** The start of a line of a file. */
export interface FilePosition {
  /** Bytes in front of it. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
}

export const startOfFile: FilePosition = { offset: 0, line: 1 };

export interface RowOptions {
  readonly onProblem: OnDataProblem;
  /** The number of rows to skip at the start. */
  readonly skip: number;
  /** The position of the first byte; default {@link startOfFile}. Only for formats whose rows have an `end`. */
  readonly start?: FilePosition;
  /** Applied to rows whose JSON is recognized. */
  readonly template?: RowTemplate | undefined;
}

/**
 * Streams the rows of a data file in order, in groups, with constant memory. Rows with problems are reported and skipped.
 *
 * @throws DataFileAbort if the file cannot be read any further
 */
export type RowReader = (chunks: AsyncIterable<Buffer>, options: RowOptions) => AsyncGenerator<readonly Row[]>;

/** Maximum bytes of a row. A body has at most 127,900; escapes, whitespace and unused columns make its row longer. */
export const maxRowBytes = 1_000_000;

export function rowTooLongError(position: LineColumn): DataFileAbort {
  const what = `the row that begins here has more than ${maxRowBytes} bytes`;
  return new DataFileAbort("DATA_ROW_TOO_LONG", position, what, "Check the format, or split the row.");
}
