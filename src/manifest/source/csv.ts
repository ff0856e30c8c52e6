import type { JsonValue } from "../../types.ts";
import { recordSpelling } from "../json/number-spelling.ts";
import type { CellType } from "../manifest-input.ts";
import { didYouMean } from "../problem/did-you-mean.ts";
import { quote } from "../problem/problem.ts";
import { parseCell } from "./csv-cells.ts";
import { type CsvRecord, RecordSplitter } from "./csv-records.ts";
import { DataFileAbort, type OnDataProblem } from "./data-file-errors.ts";
import type { Row, RowReader } from "./row-reader.ts";
import { maxRowBytes, rowTooLongError } from "./row-reader.ts";

export interface CsvOptions {
  readonly delimiter: string;
  /** The types of columns that are not text. */
  readonly types: Readonly<Record<string, CellType>>;
}

/**
 * Reads CSV (RFC 4180) with a header; each row becomes a map from column names to cells. Blank lines are skipped, unless there is a
 * single column in which a cell may be empty.
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
        // Without a header, the rows cannot be checked.
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

/** The columns of a file, which convert its records to rows. */
class CsvTable {
  readonly #header: CsvRecord;
  readonly #columns: readonly { readonly name: string; readonly type: CellType }[];
  readonly #hasBlankRows: boolean;

  /** @throws DataFileAbort for a header that is not valid */
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
    // The rest of an earlier broken row was reported with it.
    const refuse: OnDataProblem = (...problem) => {
      sound = false;
      if (!isHeaderEcho) onProblem(...problem);
    };
    if (cells.length !== this.#columns.length) {
      const { length } = this.#columns;
      const what = `the header has ${length} ${length === 1 ? "column" : "columns"}, and the row ${cells.length}`;
      refuse("DATA_NOT_CSV", position, what, "Quote cells that contain the delimiter.");
      return [];
    }
    if (this.#isHeader(record)) {
      const next = cells.length > 1 ? "" : " Quote the cell if it is a row.";
      refuse("DATA_NOT_CSV", position, "the header is repeated here", `Remove it if files were concatenated.${next}`);
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

  /** Reports whether a record repeats the header. In a single column, a value may equal the name; then quotes distinguish them. */
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
    throw stop(`${quote(text)} is a directive for Excel, not a header`, `Remove the line.${setting}`);
  }
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw stop(`two columns are named ${quote(twice)}`, "Give each column its own name.");
  if (header.includes("")) throw stop("a column has no name", "Name each column in the first row.");
  if (header.includes("__proto__")) throw stop('a column is named "__proto__"', "Give it another name.");
  const other = [";", "\t", "|", ","].find(
    (each) => each !== delimiter && header.length === 1 && header[0]?.includes(each),
  );
  if (other !== undefined) {
    throw stop("the header has one column", `Add delimiter: ${JSON.stringify(other)} if that separates the cells.`);
  }
  const missing = Object.keys(types).find((name) => !header.includes(name));
  if (missing === undefined) return;
  const next = `It has ${header.slice(0, 20).map(quote).join(", ")}.${didYouMean(missing, header)}`;
  throw stop(`"types" names the column ${quote(missing)}, which the header does not have`, next);
}
