import type { JsonValue } from "../../types.ts";
import { didYouMean } from "../did-you-mean.ts";
import { recordSpelling } from "../number-spelling.ts";
import { quote } from "../problem.ts";
import { type CellType, parseCell } from "./csv-cells.ts";
import { type CsvRecord, RecordSplitter } from "./csv-records.ts";
import { DataFileAbort, type OnDataProblem } from "./data-file-errors.ts";
import type { Row, RowReader } from "./row-reader.ts";
import { maxRowBytes, rowTooLongError } from "./row-reader.ts";

export interface CsvOptions {
  readonly delimiter: string;
  /** Of columns that are not text. */
  readonly types: Readonly<Record<string, CellType>>;
}

/**
 * Reads CSV (RFC 4180) whose first row names the columns; a row becomes a map from their names to its cells. Blank lines are
 * passed over, but for those of a single column in which a cell may be empty.
 */
export function readCsv(options: CsvOptions): RowReader {
  return async function* (chunks, { onProblem, skip }) {
    let table: CsvTable | undefined;
    let left = skip;
    let rows: Row[] = [];
    const cutter = new RecordSplitter(options.delimiter, {
      onRecord: (record) => {
        if (table === undefined) {
          if (record.text !== "") table = new CsvTable(record, options);
        } else if (table.isBlank(record)) return;
        else if (left > 0) left -= 1;
        else rows.push(...table.toRow(record, onProblem));
      },
      onFault: (line, what, next) => {
        // Without the header nothing can be said of the rows.
        if (table === undefined) throw new DataFileAbort("DATA_NOT_CSV", { line, column: 1 }, what, next);
        onProblem("DATA_NOT_CSV", { line, column: 1 }, what, next);
      },
    });
    let rest: Buffer = Buffer.alloc(0);
    let line = 1;
    for await (const chunk of chunks) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(0x0a);
      rest = bytes.subarray(end + 1);
      if (rest.length > maxRowBytes) throw rowTooLongError({ line, column: 1 });
      if (end < 0) continue;
      for (const text of bytes.toString("utf8", 0, end).split("\n")) cutter.push(text, line++);
      if (rows.length > 0) yield rows;
      rows = [];
    }
    cutter.end(rest.toString("utf8"), line);
    if (rows.length > 0) yield rows;
  };
}

/** The columns of a file, and how its records become rows. */
class CsvTable {
  readonly #header: CsvRecord;
  readonly #columns: readonly { readonly name: string; readonly type: CellType }[];
  readonly #hasBlankRows: boolean;

  /** @throws DataStop for a header that names no columns */
  constructor(header: CsvRecord, { delimiter, types }: CsvOptions) {
    checkHeader(header, delimiter, types);
    this.#header = header;
    this.#columns = header.cells.map((name) => ({
      name,
      type: (Object.hasOwn(types, name) && types[name]) || "string",
    }));
    this.#hasBlankRows = this.#columns.length === 1 && this.#columns[0]?.type.endsWith("?") === true;
  }

  isBlank({ text, cells }: CsvRecord): boolean {
    return text === "" && cells.length === 1 && cells[0] === "" && !this.#hasBlankRows;
  }

  toRow(record: CsvRecord, onProblem: OnDataProblem): readonly Row[] {
    const { cells, line, isHeaderEcho } = record;
    const position = { line, column: 1 };
    let sound = true;
    // What an earlier broken row left behind was told with it.
    const refuse: OnDataProblem = (...told) => {
      sound = false;
      if (!isHeaderEcho) onProblem(...told);
    };
    if (cells.length !== this.#columns.length) {
      const { length } = this.#columns;
      const what = `the header has ${length} ${length === 1 ? "column" : "columns"}, and the row ${cells.length}`;
      refuse("DATA_NOT_CSV", position, what, "Quote cells that hold the delimiter.");
      return [];
    }
    if (this.#isHeader(record)) {
      const next = cells.length > 1 ? "" : " Put the cell in quotes if it is a row.";
      refuse(
        "DATA_NOT_CSV",
        position,
        "the header stands here again",
        `Remove it, where files were put together.${next}`,
      );
      return [];
    }
    const value: Record<string, JsonValue> = {};
    for (const [index, { name, type }] of this.#columns.entries()) {
      const text = cells[index] ?? "";
      const cell = parseCell(text, type);
      if (cell.ok) {
        value[name] = cell.value;
        recordSpelling(value, name, cell.value, text.trim());
      } else
        refuse("DATA_CELL", position, `${quote(text)} in the column ${quote(name)} is not ${cell.expected}`, cell.hint);
    }
    if (!sound) return [];
    const json = JSON.stringify(value);
    return [{ value, json, bytes: Buffer.byteLength(json), position }];
  }

  /** A single value may be the same as its column's name; then quotes tell the two apart. */
  #isHeader({ text, cells }: CsvRecord): boolean {
    if (cells.length === 1 && text !== this.#header.text) return false;
    return cells.every((cell, index) => cell === this.#header.cells[index]);
  }
}

function checkHeader({ cells: header, line, text }: CsvRecord, delimiter: string, types: CsvOptions["types"]): void {
  const stop = (what: string, next: string) => new DataFileAbort("DATA_NOT_CSV", { line, column: 1 }, what, next);
  const excel = /^sep=(.?)$/i.exec(text);
  if (excel !== null) {
    const other = excel[1] || delimiter;
    const setting = other === delimiter ? "" : ` Write delimiter: ${JSON.stringify(other)} in the manifest's source.`;
    throw stop(`${quote(text)} is a line for Excel, and no header`, `Remove the line.${setting}`);
  }
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw stop(`two columns are named ${quote(twice)}`, "Give each column its own name.");
  if (header.includes("")) throw stop("a column has no name", "Name each column in the first row.");
  if (header.includes("__proto__")) throw stop('a column is named "__proto__"', "Give it another name.");
  const other = [";", "\t", "|", ","].find(
    (each) => each !== delimiter && header.length === 1 && header[0]?.includes(each),
  );
  if (other !== undefined) {
    throw stop("the header has one column", `Add delimiter: ${JSON.stringify(other)} if that parts the cells.`);
  }
  const missing = Object.keys(types).find((name) => !header.includes(name));
  if (missing === undefined) return;
  const next = `It has ${header.slice(0, 20).map(quote).join(", ")}.${didYouMean(missing, header)}`;
  throw stop(`the header has no column ${quote(missing)}, which "types" names`, next);
}
