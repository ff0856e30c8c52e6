import { formatCount } from "../../format.ts";
import { isObject } from "../../json-object.ts";
import type { JsonValue } from "../../types.ts";
import { isUnfinished, type JsonSyntaxError } from "../json/json-syntax.ts";
import { DataFileAbort, type LineColumn, type OnDataProblem } from "./data-file-errors.ts";
import { isRow, RowParser } from "./row-parser.ts";
import { maxRowBytes, type Row, type RowReader, rowTooLongError, startOfFile } from "./row-reader.ts";

/**
 * Reads one JSON value per line. Lines end with LF or CRLF; empty ones are skipped. Lines are split by bytes, where a line feed is
 * unambiguous: splitting at all of Unicode's line ends would split texts.
 */
export const readNdjson: RowReader = async function* (chunks, { onProblem, skip, start = startOfFile, template }) {
  let rest: Buffer = Buffer.alloc(0);
  let { line, offset } = start;
  let left = skip;
  let rows = 0;
  let first: Row | undefined;
  const parser = new RowParser(template);
  const broken = new BrokenLines(onProblem);

  /** Reads a line by its positions, without a view of its bytes. @param end offset after the line's LF */
  const readLine = (bytes: Buffer, from: number, to: number, end: number | undefined): Row | undefined => {
    const at = { line, column: 1 };
    line += 1;
    if (to - from > maxRowBytes) throw rowTooLongError(at);
    if (isBlank(bytes, from, to)) return undefined;
    if (left > 0) {
      left -= 1;
      return undefined;
    }
    const textEnd = bytes[to - 1] === 0x0d ? to - 1 : to;
    const text = bytes.toString("utf8", from, textEnd);
    const row = parser.parse(text, textEnd - from, at, end);
    broken.add(text, at, isRow(row) ? [] : row);
    if (!isRow(row)) return undefined;
    rows += 1;
    if (rows === 1 && skip === 0 && start.line === 1) {
      first = row;
      if (isListOfMaps(row.value)) warnAboutArray(row, onProblem);
    }
    return row;
  };

  for await (const chunk of chunks) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const some: Row[] = [];
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      const row = readLine(bytes, from, end, offset + end + 1);
      if (row) some.push(row);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    offset += from;
    if (rest.length > maxRowBytes) throw rowTooLongError({ line, column: 1 });
    if (some.length > 0) yield some;
  }
  const last = readLine(rest, 0, rest.length, undefined);
  if (last) yield [last];
  broken.end();
  if (rows === 1 && first !== undefined && !isListOfMaps(first.value)) warnAboutArray(first, onProblem);
};

/** Reports problems of lines, and stops if the lines belong to one value that spans several lines. */
class BrokenLines {
  readonly #onProblem: OnDataProblem;
  /** An incomplete line; the next line shows whether it is a mistake, or a value that spans several lines. */
  #unfinished:
    | { readonly text: string; readonly spot: LineColumn; readonly flaws: readonly JsonSyntaxError[] }
    | undefined;

  constructor(onProblem: OnDataProblem) {
    this.#onProblem = onProblem;
  }

  add(text: string, position: LineColumn, errors: readonly JsonSyntaxError[]): void {
    const before = this.#unfinished;
    if (before !== undefined && continues(before.text.trim(), text, errors))
      throw severalLines(before.text, before.spot);
    this.end();
    if (errors[0]?.code === "DATA_NOT_JSON" && isUnfinished(text))
      this.#unfinished = { text, spot: position, flaws: errors };
    else this.#reportAll(position, errors);
  }

  end(): void {
    if (this.#unfinished !== undefined) this.#reportAll(this.#unfinished.spot, this.#unfinished.flaws);
    this.#unfinished = undefined;
  }

  #reportAll(position: LineColumn, errors: readonly JsonSyntaxError[]): void {
    for (const { code, offset, message, hint } of errors) {
      const location = { ...position, column: offset + 1 };
      if (code === "MERGE_CONFLICT") throw new DataFileAbort(code, location, message, hint);
      this.#onProblem(code, location, message, hint);
    }
  }
}

/** Reports whether a line continues the value of the previous line; a truncated row is followed by another row. */
function continues(begun: string, line: string, errors: readonly JsonSyntaxError[]): boolean {
  return begun === "{" || begun === "[" || (errors.length > 0 && /^[\s"}\]]/.test(line));
}

function severalLines(begun: string, position: LineColumn): DataFileAbort {
  const next = begun.trimStart().startsWith("[")
    ? 'Write "format: json" for a file that is one array, or put each value on one line ("jq -c .").'
    : 'Put each value on one line ("jq -c ."), or write "format: json" for a file that is one array.';
  return new DataFileAbort("DATA_NOT_JSON", position, "this is one JSON value over several lines", next);
}

function isListOfMaps(value: JsonValue): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isObject);
}

function warnAboutArray({ value, position }: Row, onProblem: OnDataProblem): void {
  if (!Array.isArray(value) || value.length === 0) return;
  const what = `the row is an array of ${formatCount(value.length, "item")}, and becomes one message`;
  onProblem("ARRAY_ROW", position, what, 'Write "format: json" if each item should be a message.');
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  }
  return true;
}
