import type { JsonValue } from "../../types.ts";
import { parseExactly } from "../json/exact-json.ts";
import type { JsonSyntaxError } from "../json/json-syntax.ts";
import { CompactJson } from "./compact-json.ts";
import type { LineColumn } from "./data-file-errors.ts";
import type { Row } from "./row-reader.ts";
import type { MappedRow, RowTemplate } from "./row-template.ts";

/** How many more rows may have new keys than known ones. If there are more, the keys are data, and not worth learning. */
const maxUnknownRows = 300;

/** Reads the JSON texts of one data file's rows. */
export class RowParser {
  readonly #compact = new CompactJson();
  readonly #template: RowTemplate | undefined;
  #unknownRows = 0;

  /** @param template see {@link Row.mapped} */
  constructor(template?: RowTemplate) {
    this.#template = template;
  }

  /**
   * @param bytes the UTF-8 bytes of the text
   * @param end see {@link Row.end}
   */
  parse(text: string, bytes: number, position: LineColumn, end?: number): Row | readonly JsonSyntaxError[] {
    const isLearning = this.#unknownRows < maxUnknownRows;
    const canonical = isLearning ? this.#compact.canonicalize(text) : undefined;
    if (canonical !== undefined) {
      this.#unknownRows = Math.max(0, this.#unknownRows - 1);
      return new CompactRow(text, canonical, bytes, position, end, this.#template?.apply(this.#compact));
    }
    const parsed = parseExactly(text, bytes);
    if (!parsed.ok) return parsed.errors;
    if (isLearning && parsed.json === text) {
      this.#compact.learn(parsed.value);
      this.#unknownRows += 1;
    }
    const { value, json, spelling } = parsed;
    return { value, json, bytes: parsed.bytes, position, end, spelling };
  }
}

/** A row whose JSON is recognized, so that its value is only parsed if it is used. */
class CompactRow implements Row {
  readonly json: string;
  readonly canonical: string;
  readonly bytes: number;
  readonly position: LineColumn;
  readonly end: number | undefined;
  readonly mapped: MappedRow | undefined;
  #value: JsonValue | undefined;

  constructor(
    json: string,
    canonical: string,
    bytes: number,
    position: LineColumn,
    end: number | undefined,
    mapped: MappedRow | undefined,
  ) {
    this.json = json;
    this.canonical = canonical;
    this.bytes = bytes;
    this.position = position;
    this.end = end;
    this.mapped = mapped;
  }

  get value(): JsonValue {
    this.#value ??= JSON.parse(this.json) as JsonValue;
    return this.#value;
  }
}

/** Reports whether a row was read. */
export function isRow(result: Row | readonly JsonSyntaxError[]): result is Row {
  return !Array.isArray(result);
}
