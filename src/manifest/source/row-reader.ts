import type { JsonValue } from "../../types.ts";
import { DataFileAbort, type LineColumn, type OnDataProblem } from "./data-file-errors.ts";

/** One value of a data file. */
export interface Row {
  readonly value: JsonValue;
  /** Its JSON without spaces. */
  readonly json: string;
  /** Of that, in UTF-8. */
  readonly bytes: number;
  readonly position: LineColumn;
  /** Of a number: how it is written, where JavaScript writes it in another way. */
  readonly spelling?: string | undefined;
}

export interface RowOptions {
  readonly onProblem: OnDataProblem;
  /** Rows at the start that are passed over. */
  readonly skip: number;
}

/**
 * Reads the rows of a data file, some at once, in order, in memory that does not grow with the file. A row that has
 * something against it is told and left out.
 *
 * @throws DataStop when the file cannot be read any further
 */
export type RowReader = (chunks: AsyncIterable<Buffer>, options: RowOptions) => AsyncGenerator<readonly Row[]>;

/** Bytes of one row. A body has at most 127,900; escapes, spaces and unused columns make its row longer. */
export const maxRowBytes = 1_000_000;

export function rowTooLongError(position: LineColumn): DataFileAbort {
  const what = `the row that begins here has more than ${maxRowBytes} bytes`;
  return new DataFileAbort(
    "DATA_ROW_TOO_LONG",
    position,
    what,
    "Check that the format is the right one, or split the row.",
  );
}
