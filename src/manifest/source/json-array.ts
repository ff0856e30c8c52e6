import { conflictMarker, mergeConflict } from "../files/text-file.ts";
import { DataFileAbort, type LineColumn, positionAt } from "./data-file-errors.ts";
import { isRow, RowParser } from "./row-parser.ts";
import { maxRowBytes, type Row, type RowReader, rowTooLongError } from "./row-reader.ts";

/** Streams the items of a JSON array, which is never in memory as a whole. */
export const readJsonArray: RowReader = async function* (chunks, { onProblem, skip, template }) {
  const parser = new RowParser(template);
  const splitter = new ArraySplitter();
  let left = skip;

  const readItem = ({ text, position }: Item): readonly Row[] => {
    if (left > 0) {
      left -= 1;
      return [];
    }
    const row = parser.parse(text, Buffer.byteLength(text), position);
    if (isRow(row)) return [row];
    for (const { code, offset, message, hint } of row) {
      const location = positionAt(text, offset, position);
      if (code === "MERGE_CONFLICT") throw new DataFileAbort(code, location, message, hint);
      onProblem(code, location, message, hint);
    }
    return [];
  };

  for await (const chunk of chunks) {
    const rows = splitter.push(chunk.toString("utf8")).flatMap(readItem);
    if (rows.length > 0) yield rows;
  }
  splitter.end();
};

interface Item {
  readonly text: string;
  readonly position: LineColumn;
}

/** Finds the boundaries of the items of an array, without parsing them. */
class ArraySplitter {
  #state: "before" | "inside" | "after" = "before";
  /** The number of open brackets inside the item. */
  #depth = 0;
  #inText = false;
  #escaped = false;
  /** The part of the item from earlier chunks. */
  #begun = "";
  #itemSpot: LineColumn | undefined;
  #line = 1;
  /** The difference between a column of the current line and an offset of the current chunk. */
  #columnBase = 1;
  #commas = 0;

  /** Processes a chunk. @returns the items that end in it */
  push(text: string): Item[] {
    const items: Item[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charCodeAt(at);
      if (character === 0x0a) {
        this.#line += 1;
        this.#columnBase = -at;
      }
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (character === 0x5c) this.#escaped = true;
        else if (character === 0x22) this.#inText = false;
        continue;
      }
      if (isSpace(character)) continue;
      const position = { line: this.#line, column: at + this.#columnBase };
      if (this.#state !== "inside") {
        this.#outside(character, position, text.slice(at, at + 200));
        from = at + 1;
        continue;
      }
      const ends = this.#depth === 0 && (character === 0x2c || character === 0x5d);
      if (!ends) {
        this.#itemSpot ??= position;
        this.#inItem(character, position);
        continue;
      }
      const item = this.#begun + text.slice(from, at);
      if (character === 0x2c) this.#commas += 1;
      // An array may be empty; an item between commas may not.
      if (this.#itemSpot || character === 0x2c || this.#commas > 0) {
        items.push({
          text: this.#itemSpot ? item.replace(/^[ \t\r\n]+/, "") : "",
          position: this.#itemSpot ?? position,
        });
      }
      if (character === 0x5d) this.#state = "after";
      this.#begun = "";
      this.#itemSpot = undefined;
      from = at + 1;
    }
    this.#columnBase += text.length;
    if (this.#state === "inside") this.#begun += this.#itemSpot ? text.slice(from) : "";
    if (this.#begun.length > maxRowBytes) throw rowTooLongError(this.#itemSpot ?? this.#here());
    return items;
  }

  end(): void {
    if (this.#state === "after") return;
    const what = this.#state === "before" ? "the file contains no JSON array" : "the array is not closed";
    throw new DataFileAbort("DATA_NOT_JSON", this.#itemSpot ?? this.#here(), what, "Check that the file is whole.");
  }

  #here(): LineColumn {
    return { line: this.#line, column: this.#columnBase };
  }

  #outside(character: number, position: LineColumn, rest: string): void {
    if (position.column === 1 && conflictMarker.exec(rest)?.index === 0) {
      throw new DataFileAbort("MERGE_CONFLICT", position, mergeConflict.message, mergeConflict.hint);
    }
    if (this.#state === "before" && character === 0x5b) {
      this.#state = "inside";
      return;
    }
    const what = this.#state === "before" ? "the file does not begin with [" : "unexpected content after the array";
    const next = 'A file of format json is one array; for one value per line write "format: ndjson".';
    throw new DataFileAbort("DATA_NOT_JSON", position, what, next);
  }

  #inItem(character: number, position: LineColumn): void {
    if (character === 0x22) this.#inText = true;
    else if (character === 0x7b || character === 0x5b) this.#depth += 1;
    else if (character === 0x7d || character === 0x5d) {
      if (this.#depth === 0) {
        throw new DataFileAbort("DATA_NOT_JSON", position, "unmatched }", "Correct the JSON here.");
      }
      this.#depth -= 1;
    }
  }
}

/** Reports whether a character is whitespace in JSON, which has only these four. */
function isSpace(character: number): boolean {
  return character === 0x20 || character === 0x0a || character === 0x0d || character === 0x09;
}
