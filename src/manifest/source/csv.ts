import { pipeline, Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import type { JsonValue } from "../../types.ts";
import { quote } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import { type CellType, toCell } from "./cells.ts";
import { maxRowBytes, type Row, type RowReader, rowTooLong } from "./rows.ts";
import { DataStop } from "./stop.ts";

/** Rows passed on at once. */
const rowsAtOnce = 500;

export interface CsvOptions {
  readonly delimiter: string;
  /** Of columns that are not text. */
  readonly types: Readonly<Record<string, CellType>>;
}

/** Reads CSV (RFC 4180) whose first row names the columns; a row becomes a map from their names to its cells. */
export function readCsv({ delimiter, types }: CsvOptions): RowReader {
  return async function* (chunks, { tell, skip }) {
    // Lines of the rows that were read to their end, the header among them.
    let ended = 1;
    const parser = parse({
      columns: (header: string[]) => checkHeader(header, delimiter, types),
      delimiter,
      info: true,
      max_record_size: maxRowBytes,
      // Both, whatever the first row ends with: a file that people edited has both.
      record_delimiter: ["\r\n", "\n"],
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_record(record, { lines }) {
        ended = lines;
        return record;
      },
    });
    parser.on("skip", (error: CsvError) => {
      if (error.code === "CSV_MAX_RECORD_SIZE") parser.destroy(error);
      const { what, next } = explain(error);
      // A quote without an end takes the rest of the file into its row; it stands where that row begins.
      const line =
        error.code === "CSV_QUOTE_NOT_CLOSED" ? Math.min(ended + 1, Number(error.lines)) : Number(error.lines);
      ended = Number(error.lines);
      if (!parser.destroyed) tell("DATA_NOT_CSV", { line, column: 1 }, what, next);
    });
    // A failure of the bytes destroys the parser, and so comes out of the loop below.
    pipeline(Readable.from(chunks), parser, () => {});
    let rows: Row[] = [];
    let left = skip;
    try {
      for await (const { record, info } of parser as AsyncIterable<Parsed>) {
        if (left > 0) {
          left -= 1;
          continue;
        }
        rows.push(...toRow(record, info.lines));
        if (rows.length < rowsAtOnce) continue;
        yield rows;
        rows = [];
      }
    } catch (error) {
      throw asStop(error);
    }
    if (rows.length > 0) yield rows;

    function toRow(record: Readonly<Record<string, string>>, lastLine: number): readonly Row[] {
      // A cell may hold line feeds; the row is where it begins.
      const line = lastLine - Object.values(record).reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
      const spot = { line, column: 1 };
      const value: Record<string, JsonValue> = {};
      let sound = true;
      for (const [name, text] of Object.entries(record)) {
        const cell = toCell(text, (Object.hasOwn(types, name) && types[name]) || "string");
        if (cell.ok) value[name] = cell.value;
        else {
          sound = false;
          tell("DATA_CELL", spot, `${quote(text)} in the column ${quote(name)} is not ${cell.wanted}`, cell.next);
        }
      }
      if (!sound) return [];
      const json = JSON.stringify(value);
      return [{ value, json, bytes: Buffer.byteLength(json), spot }];
    }
  };
}

interface Parsed {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function checkHeader(header: readonly string[], delimiter: string, types: CsvOptions["types"]): string[] {
  const stop = (what: string, next: string) => new DataStop("DATA_NOT_CSV", { line: 1, column: 1 }, what, next);
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw stop(`two columns are named ${quote(twice)}`, "Give each column its own name.");
  if (header.some((name) => name.includes("\r"))) throw stop("lines end with CR alone", "End lines with LF or CRLF.");
  if (header.includes("")) throw stop("a column has no name", "Name each column in the first row.");
  if (header.includes("__proto__")) throw stop('a column is named "__proto__"', "Give it another name.");
  const other = [";", "\t", "|", ","].find(
    (each) => each !== delimiter && header.length === 1 && header[0]?.includes(each),
  );
  if (other !== undefined) {
    throw stop("the header has one column", `Add delimiter: ${JSON.stringify(other)} if that parts the cells.`);
  }
  const missing = Object.keys(types).find((name) => !header.includes(name));
  if (missing === undefined) return [...header];
  const next = `It has ${header.slice(0, 20).map(quote).join(", ")}.${didYouMean(missing, header)}`;
  throw stop(`the header has no column ${quote(missing)}, which "types" names`, next);
}

function explain({ code, record, columns }: CsvError): { what: string; next: string } {
  switch (code) {
    case "CSV_RECORD_INCONSISTENT_COLUMNS": {
      const [cells, wanted] = [record, columns].map((list) => (Array.isArray(list) ? list.length : "another number"));
      return {
        what: `the header has ${wanted} columns, and the row ${cells}`,
        next: "Quote cells that hold the delimiter.",
      };
    }
    case "CSV_QUOTE_NOT_CLOSED":
      return { what: "a quoted cell has no end", next: "Close the quote; double the quotes inside a quoted cell." };
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return { what: "a quote stands inside a cell", next: "Quote the whole cell, and double the quotes inside it." };
    default:
      return { what: "the row is not CSV", next: "Correct the row." };
  }
}

/** What the parser cannot pass over ends the reading, in this project's words. */
function asStop(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof DataStop || typeof code !== "string" || !code.startsWith("CSV_")) return error;
  const spot = { line: Number((error as CsvError).lines), column: 1 };
  if (code === "CSV_MAX_RECORD_SIZE") return rowTooLong(spot);
  const { what, next } = explain(error as CsvError);
  return new DataStop("DATA_NOT_CSV", spot, what, next);
}
