import type { JsonValue } from "../../types.ts";
import { isExactNumber } from "../number.ts";
import { parseExactly } from "./json.ts";

/** What a cell of CSV stands for. With `?` an empty cell is null. */
export type CellType = BaseType | `${BaseType}?`;
type BaseType = "string" | "integer" | "number" | "boolean" | "json";

export type Cell =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly wanted: string; readonly next: string };

interface Reading {
  readonly wanted: string;
  readonly next: string;
  /** @returns undefined for a text that does not stand for the type, exactly */
  readonly read: (text: string) => JsonValue | undefined;
}

const readings = {
  string: { wanted: "text", next: "", read: (text) => text },
  integer: {
    wanted: "a whole number",
    next: "Write digits alone, without leading zeros, or give the column another type.",
    read: (text) => (/^-?\d+$/.test(text) && isExactNumber(text) ? Number(text) : undefined),
  },
  number: {
    wanted: "a number that JSON holds exactly",
    next: "Write it as JSON writes numbers, or give the column another type.",
    read: (text) => (isExactNumber(text) ? Number(text) : undefined),
  },
  boolean: {
    wanted: "true or false",
    next: "Write true or false, or give the column another type.",
    read: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  },
  json: {
    wanted: "JSON that means one value exactly",
    next: "Correct the JSON in the cell, or give the column another type.",
    read: (text) => {
      const parsed = parseExactly(text, Buffer.byteLength(text));
      return parsed.ok ? parsed.value : undefined;
    },
  },
} as const satisfies Record<BaseType, Reading>;

export function toCell(text: string, type: CellType): Cell {
  if (text === "" && type.endsWith("?")) return { ok: true, value: null };
  const { wanted, next, read }: Reading = readings[type.replace("?", "") as BaseType];
  const value = read(text);
  return value === undefined ? { ok: false, wanted, next } : { ok: true, value };
}
