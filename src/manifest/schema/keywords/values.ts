import type { JsonValue } from "../../../types.ts";
import { Pattern } from "../../pattern.ts";
import { didYouMean } from "../../suggest.ts";
import { shown } from "../../words.ts";
import { formatNames, formats } from "../formats.ts";
import { charactersOfStep, identityOf } from "../identity.ts";
import type { Check } from "../node.ts";
import { passed } from "../node.ts";
import { compareNumbers, InexactNumber, isMultipleOf } from "../number.ts";
import type { SchemaValue } from "../types.ts";
import type { Builder, Here } from "./builder.ts";

type Limit = number | InexactNumber;

const isType: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === "string",
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Checks values of one type; others pass. */
function when<T extends JsonValue>(
  is: (value: JsonValue) => value is T,
  { fail }: Here,
  test: (value: T) => boolean,
  what: (value: T) => string,
): { readonly check: Check } {
  return {
    check: (value, at, run) => {
      if (!is(value)) return passed;
      if (typeof value === "string" && value.length > charactersOfStep) run.spend(value.length / charactersOfStep);
      return test(value) ? passed : fail(at, () => what(value));
    },
  };
}

const isText = (value: JsonValue): value is string => typeof value === "string";
const isNumber = (value: JsonValue): value is number => typeof value === "number";

function compared(sign: string, test: (difference: number) => boolean): Builder {
  return (limit: Limit, here) => {
    const written = limit instanceof InexactNumber ? limit.source : String(limit);
    return when(
      isNumber,
      here,
      (value) => test(compareNumbers(value, limit)),
      () => `must be ${sign} ${written}`,
    );
  };
}

/** Characters as JSON Schema counts them: whole ones, not halves of pairs. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(at + 1);
    if (next >= 0xdc00 && next <= 0xdfff) length -= 1;
  }
  return length;
}

function allowedOf(values: readonly SchemaValue[]): readonly string[] {
  return values.map((value) => (value instanceof InexactNumber ? value.source : shown(value)));
}

/** One of several texts for people: as many as one reads. */
export function oneOfWords(allowed: readonly string[]): string {
  return `must be one of ${allowed.slice(0, 10).join(", ")}${allowed.length > 10 ? ", …" : ""}`;
}

const readType: Builder = (written: string | readonly string[], { schema, fail }) => {
  const types = [...new Set([written].flat())];
  // OpenAPI's way to say it, which counts beside a type alone.
  if (schema.nullable === true && !types.includes("null")) types.push("null");
  const tests = types.map((type) => isType[type] ?? (() => false));
  const [only] = tests;
  const test = tests.length === 1 && only ? only : (value: JsonValue) => tests.some((each) => each(value));
  const check: Check = (value, at) =>
    test(value) ? passed : fail(at, () => `must be ${[written].flat().join(" or ")}`);
  return { check, allowed: types };
};

const readEnum: Builder = (values: readonly SchemaValue[], { fail }) => {
  const isCompound = (value: SchemaValue) => typeof value === "object" && value !== null;
  const known = new Set(values.filter((value) => !isCompound(value)));
  const compounds = new Set(values.filter(isCompound).map(identityOf));
  const allowed = allowedOf(values);
  const check: Check = (value, at, run) => {
    if (known.has(value)) return passed;
    if (compounds.size > 0 && isCompound(value)) {
      const identity = identityOf(value);
      run.spend(identity.length / charactersOfStep);
      if (compounds.has(identity)) return passed;
    }
    return fail(at, () => (values.length === 1 ? `must be ${allowed[0]}` : oneOfWords(allowed)));
  };
  return { check, allowed };
};

const readPattern: Builder = (source: string, here) => {
  const pattern = patternOf(source, here);
  return (
    pattern &&
    when(
      isText,
      here,
      (value) => pattern.test(value),
      () => `must match pattern "${source}"`,
    )
  );
};

/** @returns undefined for what is not a regular expression, which is told */
export function patternOf(source: string, { fault }: Here): Pattern | undefined {
  try {
    return new Pattern(source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    fault(error.message, "Write a regular expression of JavaScript, as with the flag u.");
    return undefined;
  }
}

const readFormat: Builder = (name: string, here) => {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format === undefined) {
    const what = `the format ${JSON.stringify(name)} is not known, so nothing checks it`;
    here.warn(what, `Correct its spelling, or write a "pattern".${didYouMean(name, formatNames)}`);
    return undefined;
  }
  const what = () => `must match format "${name}"`;
  const { number, text } = format;
  if (number) return when(isNumber, here, number, what);
  return text && when(isText, here, text, what);
};

export const values = {
  type: readType,
  const: (value: SchemaValue, here: Here) => readEnum([value] as never, here),
  enum: readEnum,
  multipleOf: (divisor: Limit, here: Here) =>
    when(
      isNumber,
      here,
      (value) => isMultipleOf(value, divisor),
      () => `must be multiple of ${divisor instanceof InexactNumber ? divisor.source : divisor}`,
    ),
  minimum: compared(">=", (difference) => difference >= 0),
  maximum: compared("<=", (difference) => difference <= 0),
  exclusiveMinimum: compared(">", (difference) => difference > 0),
  exclusiveMaximum: compared("<", (difference) => difference < 0),
  minLength: (limit: number, here: Here) =>
    when(
      isText,
      here,
      (text) => lengthOf(text) >= limit,
      () => `must NOT have fewer than ${limit} characters`,
    ),
  maxLength: (limit: number, here: Here) =>
    when(
      isText,
      here,
      (text) => lengthOf(text) <= limit,
      () => `must NOT have more than ${limit} characters`,
    ),
  pattern: readPattern,
  format: readFormat,
} as const satisfies Record<string, Builder>;
