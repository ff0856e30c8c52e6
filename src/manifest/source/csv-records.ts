import { conflictMarker, mergeConflict } from "../text-file.ts";
import { DataFileAbort } from "./data-file-errors.ts";
import { maxRowBytes, rowTooLongError } from "./row-reader.ts";

/** A row of CSV, as it stands in the file. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line in which it begins, from 1. */
  readonly line: number;
  /** The line in which it ends, as it is written. */
  readonly text: string;
  /** Whether it may be what an earlier broken row left behind, and not what it looks like. */
  readonly isHeaderEcho: boolean;
}

/** Gets what comes out of the lines, in their order. */
export interface RecordSink {
  readonly onRecord: (record: CsvRecord) => void;
  /** @param line in which a row that is not CSV begins */
  readonly onFault: (line: number, what: string, next: string) => void;
}

interface RecordFault {
  readonly message: string;
  readonly hint: string;
}

/**
 * Cuts lines into records and cells (RFC 4180). A line end inside a quoted cell becomes a line feed: Git may have written it
 * otherwise on another machine. A broken record costs its first line alone: the lines behind it are read anew.
 */
export class RecordSplitter {
  readonly #delimiter: string;
  readonly #sink: RecordSink;
  /** Lines of the record that is open, of which all but the last end inside a quoted cell. */
  #lines: string[] = [];
  #firstLine = 0;
  /** UTF-16 code units of the open record. */
  #length = 0;
  #cells: string[] = [];
  /** What is there of a quoted cell that is open. */
  #cell: string | undefined;
  /** What a quoted cell of the open record holds that it may not; where the cell ends is clear all the same. */
  #inCell: RecordFault | undefined;
  /** The last line that was looked at in vain as a part of a broken record. */
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

  /** @param rest what is behind the last line feed; there a carriage return ends no line */
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

  /** Tells of the open record, and reads the lines behind its first anew. */
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
    const what = `a quoted cell of the row that begins here has no end within ${maxRowBytes} characters`;
    return new DataFileAbort("DATA_NOT_CSV", { line: this.#firstLine, column: 1 }, what, unterminatedQuote.hint);
  }
}

function isMarker(line: string): boolean {
  return /^[<>|]/.test(line) && conflictMarker.test(line);
}

const unterminatedQuote: RecordFault = {
  message: "a quoted cell has no end",
  hint: "Close the quote; double the quotes inside a quoted cell.",
};
const textAfterQuote: RecordFault = {
  message: "a quote stands inside a cell",
  hint: "Quote the whole cell, and double the quotes inside it.",
};
const loneCarriageReturn: RecordFault = {
  message: "a carriage return stands here without a line feed",
  hint: "End lines with LF or CRLF; put a cell that holds a carriage return in quotes.",
};

function quoteOpenedAt(line: number): RecordFault {
  return {
    message: `a quoted cell begins in this row and ends in line ${line}, where more text follows`,
    hint: unterminatedQuote.hint,
  };
}

/** What a text without quotes around it may not hold. */
function findPlainFault(text: string): RecordFault | undefined {
  if (text.includes("\uFEFF")) {
    const hint = "Remove it, and the header behind it, where files were put together.";
    return { message: "a byte order mark (U+FEFF) stands inside the file", hint };
  }
  if (text.includes("\r")) return loneCarriageReturn;
  return text.includes('"') ? textAfterQuote : undefined;
}
