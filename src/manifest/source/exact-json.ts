import { visit } from "jsonc-parser";
import type { JsonValue } from "../../types.ts";
import { isExactNumber } from "../exact-number.ts";
import { recordJson } from "../number-spelling.ts";
import { quote } from "../problem.ts";
import { maxDepth } from "../yaml-to-json.ts";
import { explainSyntaxError, type JsonSyntaxError } from "./json-syntax.ts";

export interface ExactJson {
  readonly ok: true;
  readonly value: JsonValue;
  /** Of the value, without spaces. */
  readonly json: string;
  /** Of that, in UTF-8. */
  readonly bytes: number;
  /** Of a number: how it is written, where JavaScript writes it in another way. Those inside a value are noted with it. */
  readonly spelling?: string;
}

export type ParseResult = ExactJson | { readonly ok: false; readonly errors: readonly JsonSyntaxError[] };

/**
 * Reads JSON so that nothing is changed on the way: `JSON.parse` alone drops keys that are there twice, and rounds
 * numbers. Most texts come out as they went in when they are written again, and need no second look.
 *
 * @param rawBytes of the text in UTF-8
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
    return { ok: false, errors: [{ code: "NESTING_LIMIT", offset: 0, message, hint: "Nest them less." }] };
  }
  const json = JSON.stringify(value);
  // Only an escape can make half of a surrogate pair or hide a key, so without one both texts mean the same.
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

/** Whether a text differs from what JSON.stringify wrote by nothing but spaces between its tokens. */
function isEqualIgnoringSpaces(text: string, input: string): boolean {
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === input.charCodeAt(at)) at += 1;
    else if (character !== 0x20 && character !== 0x09 && character !== 0x0d && character !== 0x0a) return false;
  }
  return at === input.length;
}

/** Looks at each token of a text that is JSON. `respelled`: JavaScript writes one of its numbers in another way. */
function scanTokens(text: string): { readonly flaws: readonly JsonSyntaxError[]; readonly respelled: boolean } {
  const errors: JsonSyntaxError[] = [];
  let respelled = false;
  const keys: Set<string>[] = [];
  const checkText = (value: string, offset: number) => {
    if (value.isWellFormed()) return;
    const message = "the text holds half of a surrogate pair, which UTF-8 cannot hold";
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
        const message = `the key ${quote(key)} is there already`;
        errors.push({ code: "DUPLICATE_KEY", offset, message, hint: "Remove one of the two." });
      }
      known?.add(key);
      if (key !== "__proto__") return;
      const what = 'the key "__proto__" changes what an object is in JavaScript';
      errors.push({ code: "KEY_UNSAFE", offset, message: what, hint: "Give the key another name." });
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
        : `${quote(source)} is no number that JSON readers can hold`;
      errors.push({ code: "NUMBER_NOT_EXACT", offset, message, hint: "Put it in quotes, so that it is text." });
    },
  });
  return { flaws: errors, respelled };
}
