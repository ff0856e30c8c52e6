import { conflictMarker, mergeConflict } from "../files/text-file.ts";
import { DataFileAbort } from "./data-file-errors.ts";
import { maxRowBytes, rowTooLongError } from "./row-reader.ts";

/** A row of CSV, as it is written in the file. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line where it begins, from 1. */
  readonly line: number;
  /** The text of the line where it ends. */
  readonly text: string;
  /** Whether it may be the rest of an earlier broken row. */
  readonly isHeaderEcho: boolean;
}

/** Receives the records and errors, in the order of the lines. */
export interface RecordSink {
  readonly onRecord: (record: CsvRecord) => void;
  /** @param line where an invalid row begins */
  readonly onFault: (line: number, what: string, next: string) => void;
}

interface RecordFault {
  readonly message: string;
  readonly hint: string;
}

/**
 * Splits lines into records and cells (RFC 4180). A line end inside a quoted cell becomes a line feed, because Git may change line
 * ends on another machine. A broken record only affects its first line: the lines after it are parsed again.
 */
export class RecordSplitter {
  readonly #delimiter: string;
  readonly #sink: RecordSink;
  /** The lines of the open record; all but the last end inside a quoted cell. */
  #lines: string[] = [];
  #firstLine = 0;
  /** The length of the open record in UTF-16 code units. */
  #length = 0;
  #cells: string[] = [];
  /** The text of an open quoted cell so far. */
  #cell: string | undefined;
  /** An error inside a quoted cell of the open record, whose end is still clear. */
  #inCell: RecordFault | undefined;
  /** The last line of a broken record that is parsed again. */
  #echoLine = 0;

  constructor(delimiter: string, sink: RecordSink) {
    this.#delimiter = delimiter;
    this.#sink = sink;
  }

  /**
   * @param line without its line feed
   * @param number of the line, from 1
   */
  push(line: string, number: number): void {
    if (line.length > maxRowBytes) throw rowTooLongError({ line: number, column: 1 });
    if (this.#cell === undefined) {
      if (isMarker(line))
        throw new DataFileAbort(
          "MERGE_CONFLICT",
          { line: number, column: 1 },
          mergeConflict.message,
          mergeConflict.hint,
        );
      this.#lines = [];
      this.#firstLine = number;
      this.#length = 0;
      this.#cells = [];
      this.#inCell = undefined;
    }
    this.#lines.push(line);
    this.#length += line.length + 1;
    if (this.#length > maxRowBytes) throw this.#endless();
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    const fault = this.#scan(text);
    if (fault !== undefined) this.#fail(fault, number);
    else if (this.#cell === undefined) this.#complete(text);
  }

  /** Ends the file. @param rest the text after the last line feed, where a carriage return does not end a line */
  end(rest: string, number: number): void {
    if (rest !== "") this.push(rest.endsWith("\r") ? `${rest}\r` : rest, number);
    while (this.#cell !== undefined) this.#fail(unterminatedQuote, this.#firstLine + this.#lines.length - 1);
  }

  #scan(line: string): RecordFault | undefined {
    if (this.#cell === undefined && !line.includes('"')) {
      this.#cells = line.split(this.#delimiter);
      return findPlainFault(line);
    }
    for (let at = 0; ; ) {
      if (this.#cell === undefined && line[at] === '"') {
        this.#cell = "";
        at += 1;
      }
      if (this.#cell === undefined) {
        const found = line.indexOf(this.#delimiter, at);
        const cell = line.slice(at, found < 0 ? line.length : found);
        const fault = findPlainFault(cell);
        if (fault !== undefined) return fault;
        this.#cells.push(cell);
        if (found < 0) return undefined;
        at = found + this.#delimiter.length;
        continue;
      }
      const quote = line.indexOf('"', at);
      this.#cell += line.slice(at, quote < 0 ? line.length : quote);
      if (quote < 0) {
        if (line.endsWith("\r")) this.#inCell = loneCarriageReturn;
        this.#cell += "\n";
        return undefined;
      }
      at = quote + 1;
      if (line[at] === '"') {
        this.#cell += '"';
        at += 1;
        continue;
      }
      this.#cells.push(this.#cell);
      this.#cell = undefined;
      if (at === line.length) return undefined;
      if (!line.startsWith(this.#delimiter, at)) return line.startsWith("\r", at) ? loneCarriageReturn : textAfterQuote;
      at += this.#delimiter.length;
    }
  }

  #complete(text: string): void {
    const line = this.#firstLine;
    const isHeaderEcho = line <= this.#echoLine;
    if (this.#inCell === undefined) this.#sink.onRecord({ cells: this.#cells, line, text, isHeaderEcho });
    else if (!isHeaderEcho) this.#sink.onFault(line, this.#inCell.message, this.#inCell.hint);
  }

  /** Reports the open record, and parses the lines after its first one again. */
  #fail(fault: RecordFault, number: number): void {
    const [, ...again] = this.#lines;
    const first = this.#firstLine;
    const isEcho = first <= this.#echoLine;
    const several = number > first && fault === textAfterQuote;
    this.#cell = undefined;
    this.#echoLine = Math.max(this.#echoLine, again.length === 0 ? 0 : number);
    if (!isEcho || fault === unterminatedQuote) {
      const { message, hint } = several ? quoteOpenedAt(number) : fault;
      this.#sink.onFault(first, message, hint);
    }
    for (const [index, line] of again.entries()) this.push(line, first + 1 + index);
  }

  #endless(): DataFileAbort {
    const what = `a quoted cell of the row that begins here is not closed within ${maxRowBytes} characters`;
    return new DataFileAbort("DATA_NOT_CSV", { line: this.#firstLine, column: 1 }, what, unterminatedQuote.hint);
  }
}

function isMarker(line: string): boolean {
  return /^[<>|]/.test(line) && conflictMarker.test(line);
}

const unterminatedQuote: RecordFault = {
  message: "a quoted cell is not closed",
  hint: "Close the quote; double the quotes inside a quoted cell.",
};
const textAfterQuote: RecordFault = {
  message: "a quote inside an unquoted cell",
  hint: "Quote the whole cell, and double the quotes inside it.",
};
const loneCarriageReturn: RecordFault = {
  message: "a carriage return without a line feed",
  hint: "End lines with LF or CRLF; quote cells that contain a carriage return.",
};

function quoteOpenedAt(line: number): RecordFault {
  return {
    message: `a quoted cell begins in this row and ends on line ${line}, where more text follows`,
    hint: unterminatedQuote.hint,
  };
}

/** Returns the error in an unquoted text, if any. */
function findPlainFault(text: string): RecordFault | undefined {
  if (text.includes("\uFEFF")) {
    const hint = "Remove it, and the header after it if files were concatenated.";
    return { message: "a byte order mark (U+FEFF) inside the file", hint };
  }
  if (text.includes("\r")) return loneCarriageReturn;
  return text.includes('"') ? textAfterQuote : undefined;
}
