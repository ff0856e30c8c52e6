import type { JsonValue } from "../../types.ts";
import { parseExactly } from "../json/exact-json.ts";
import { isExactNumber } from "../json/exact-number.ts";
import type { BaseCellType, CellType } from "../manifest-input.ts";

export type Cell =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly expected: string; readonly hint: string };

interface CellParser {
  readonly expected: string;
  readonly hint: string;
  /** @returns undefined for a text that is not an exact value of the type */
  readonly parse: (text: string) => JsonValue | undefined;
}

const cellParsers = {
  string: { expected: "text", hint: "", parse: (text) => text },
  integer: {
    expected: "a whole number",
    hint: "Write digits alone, without leading zeros, or give the column another type.",
    parse: (text) => (/^-?\d+$/.test(text) && isExactNumber(text) ? Number(text) : undefined),
  },
  number: {
    expected: "a number that JSON holds exactly",
    hint: "Write it as JSON writes numbers, or give the column another type.",
    parse: (text) => (isExactNumber(text) ? Number(text) : undefined),
  },
  boolean: {
    expected: "true or false",
    hint: "Write true or false, or give the column another type.",
    parse: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  },
  json: {
    expected: "JSON that means one value exactly",
    hint: "Correct the JSON in the cell, or give the column another type.",
    parse: (text) => {
      const parsed = parseExactly(text, Buffer.byteLength(text));
      return parsed.ok ? parsed.value : undefined;
    },
  },
} as const satisfies Record<BaseCellType, CellParser>;

export function parseCell(text: string, type: CellType): Cell {
  if (text === "" && type.endsWith("?")) return { ok: true, value: null };
  const { expected, hint, parse }: CellParser = cellParsers[type.replace("?", "") as BaseCellType];
  const value = parse(text);
  return value === undefined ? { ok: false, expected, hint } : { ok: true, value };
}
