import { visit } from "jsonc-parser";
import type { JsonValue } from "../../types.ts";
import { quote } from "../problem/problem.ts";
import { isExactNumber } from "./exact-number.ts";
import { explainSyntaxError, type JsonSyntaxError } from "./json-syntax.ts";
import { maxDepth } from "./max-depth.ts";
import { recordJson } from "./number-spelling.ts";

export interface ExactJson {
  readonly ok: true;
  readonly value: JsonValue;
  /** The value as JSON without whitespace. */
  readonly json: string;
  /** Its UTF-8 bytes. */
  readonly bytes: number;
  /** The spelling of a number, if JavaScript formats it differently. Spellings inside a value are recorded separately. */
  readonly spelling?: string;
}

export type ParseResult = ExactJson | { readonly ok: false; readonly errors: readonly JsonSyntaxError[] };

/**
 * Parses JSON without losing anything: `JSON.parse` alone drops duplicate keys and rounds numbers. If serializing the value produces
 * the same text, as for most texts, no further check is needed.
 *
 * @param rawBytes the UTF-8 bytes of the text
 */
export function parseExactly(text: string, rawBytes: number): ParseResult {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, errors: [explainSyntaxError(text)] };
  }
  if (!isShallow(value, 0)) {
    const message = `values are nested more than ${maxDepth} deep`;
    return { ok: false, errors: [{ code: "NESTING_LIMIT", offset: 0, message, hint: "Reduce the nesting." }] };
  }
  const json = JSON.stringify(value);
  // Only an escape can create half of a surrogate pair or hide a key, so without one both texts are equivalent.
  const plain = !text.includes("\\u") && !text.includes("__proto__");
  if (plain && json === text) return { ok: true, value, json, bytes: rawBytes };
  const bytes = () => Buffer.byteLength(json);
  if (plain && isEqualIgnoringSpaces(text, json)) return { ok: true, value, json, bytes: bytes() };
  const { flaws: errors, respelled } = scanTokens(text);
  if (errors.length > 0) return { ok: false, errors };
  if (!respelled) return { ok: true, value, json, bytes: bytes() };
  recordJson(value, text);
  return { ok: true, value, json, bytes: bytes(), ...(typeof value === "number" && { spelling: text.trim() }) };
}

function isShallow(value: JsonValue, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth >= maxDepth) return false;
  if (Array.isArray(value)) return value.every((item) => isShallow(item, depth + 1));
  for (const key in value) {
    if (!isShallow((value as Readonly<Record<string, JsonValue>>)[key] ?? null, depth + 1)) return false;
  }
  return true;
}

/** Reports whether a text differs from the output of JSON.stringify only in whitespace between tokens. */
function isEqualIgnoringSpaces(text: string, input: string): boolean {
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === input.charCodeAt(at)) at += 1;
    else if (character !== 0x20 && character !== 0x09 && character !== 0x0d && character !== 0x0a) return false;
  }
  return at === input.length;
}

/** Checks each token of a JSON text. `respelled` is true if JavaScript formats one of its numbers differently. */
function scanTokens(text: string): { readonly flaws: readonly JsonSyntaxError[]; readonly respelled: boolean } {
  const errors: JsonSyntaxError[] = [];
  let respelled = false;
  const keys: Set<string>[] = [];
  const checkText = (value: string, offset: number) => {
    if (value.isWellFormed()) return;
    const message = "the text contains half of a surrogate pair, which UTF-8 cannot encode";
    errors.push({
      code: "TEXT_NOT_UNICODE",
      offset,
      message,
      hint: "Write the whole character, or remove the escape.",
    });
  };
  visit(text, {
    onObjectBegin: () => {
      keys.push(new Set());
    },
    onObjectEnd: () => {
      keys.pop();
    },
    onObjectProperty: (key, offset) => {
      checkText(key, offset);
      const known = keys.at(-1);
      if (known?.has(key)) {
        const message = `duplicate key ${quote(key)}`;
        errors.push({ code: "DUPLICATE_KEY", offset, message, hint: "Remove one of the two." });
      }
      known?.add(key);
      if (key !== "__proto__") return;
      const what = 'the key "__proto__" changes the prototype of objects in JavaScript';
      errors.push({ code: "KEY_UNSAFE", offset, message: what, hint: "Rename the key." });
    },
    onLiteralValue: (value, offset, length) => {
      if (typeof value === "string") checkText(value, offset);
      const source = text.slice(offset, offset + length);
      if (typeof value !== "number") return;
      respelled ||= String(value) !== source;
      if (isExactNumber(source)) return;
      const sent = Object.is(value, -0) ? "0" : String(value);
      const message = Number.isFinite(value)
        ? `${quote(source)} is a number that would be sent as ${sent}`
        : `${quote(source)} is not a number that JSON parsers can represent`;
      errors.push({ code: "NUMBER_NOT_EXACT", offset, message, hint: "Quote it, so that it is text." });
    },
  });
  return { flaws: errors, respelled };
}
