import { isObject } from "../../../json-object.ts";
import type { JsonValue } from "../../../types.ts";
import { describeValue } from "../../problem/describe-value.ts";
import { didYouMean } from "../../problem/did-you-mean.ts";
import { compareNumbers, InexactNumber, isMultipleOf } from "../decimal.ts";
import { formatNames, formats } from "../formats.ts";
import { Pattern } from "../safe-pattern.ts";
import type { Check } from "../schema-node.ts";
import { passed } from "../schema-node.ts";
import type { SchemaValue } from "../types.ts";
import { charactersPerStep, identify } from "../value-identity.ts";
import type { Builder, KeywordContext } from "./builder.ts";

type Limit = number | InexactNumber;

const isType: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === "string",
  array: (value) => Array.isArray(value),
  object: isObject,
};

/** Checks values of one type; other values pass. */
function ifType<T extends JsonValue>(
  is: (value: JsonValue) => value is T,
  { fail }: KeywordContext,
  test: (value: T) => boolean,
  what: (value: T) => string,
): { readonly check: Check } {
  return {
    check: (value, at, run) => {
      if (!is(value)) return passed;
      if (typeof value === "string" && value.length > charactersPerStep)
        run.countSteps(value.length / charactersPerStep);
      return test(value) ? passed : fail(at, () => what(value));
    },
  };
}

const isText = (value: JsonValue): value is string => typeof value === "string";
const isNumber = (value: JsonValue): value is number => typeof value === "number";

function compareRule(sign: string, test: (difference: number) => boolean): Builder {
  return (limit: Limit, here) => {
    const input = limit instanceof InexactNumber ? limit.source : String(limit);
    return ifType(
      isNumber,
      here,
      (value) => test(compareNumbers(value, limit)),
      () => `must be ${sign} ${input}`,
    );
  };
}

/** Counts characters as JSON Schema does: code points, not UTF-16 code units. */
function countCharacters(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(at + 1);
    if (next >= 0xdc00 && next <= 0xdfff) length -= 1;
  }
  return length;
}

function formatAllowed(values: readonly SchemaValue[]): readonly string[] {
  return values.map((value) => (value instanceof InexactNumber ? value.source : describeValue(value)));
}

/** Lists the allowed texts, up to a readable number. */
export function describeAllowed(allowed: readonly string[]): string {
  return `must be one of ${allowed.slice(0, 10).join(", ")}${allowed.length > 10 ? ", …" : ""}`;
}

const readType: Builder = (input: string | readonly string[], { schema, fail }) => {
  const types = [...new Set([input].flat())];
  // OpenAPI's syntax, which only has an effect next to a type.
  if (schema.nullable === true && !types.includes("null")) types.push("null");
  const tests = types.map((type) => isType[type] ?? (() => false));
  const [only] = tests;
  const test = tests.length === 1 && only ? only : (value: JsonValue) => tests.some((each) => each(value));
  const check: Check = (value, at) => (test(value) ? passed : fail(at, () => `must be ${[input].flat().join(" or ")}`));
  return { check, allowed: types };
};

const readEnum: Builder = (values: readonly SchemaValue[], { fail }) => {
  const isCompound = (value: SchemaValue) => typeof value === "object" && value !== null;
  const known = new Set(values.filter((value) => !isCompound(value)));
  const compounds = new Set(values.filter(isCompound).map(identify));
  const allowed = formatAllowed(values);
  const check: Check = (value, at, run) => {
    if (known.has(value)) return passed;
    if (compounds.size > 0 && isCompound(value)) {
      const identity = identify(value);
      run.countSteps(identity.length / charactersPerStep);
      if (compounds.has(identity)) return passed;
    }
    return fail(at, () => (values.length === 1 ? `must be ${allowed[0]}` : describeAllowed(allowed)));
  };
  return { check, allowed };
};

const readPattern: Builder = (source: string, here) => {
  const pattern = compilePattern(source, here);
  return (
    pattern &&
    ifType(
      isText,
      here,
      (value) => pattern.test(value),
      () => `must match pattern "${source}"`,
    )
  );
};

/** Compiles a pattern. @returns undefined for an invalid regular expression, which is reported */
export function compilePattern(source: string, { fault }: KeywordContext): Pattern | undefined {
  try {
    return new Pattern(source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    fault(error.message, "Write a JavaScript regular expression, as with the flag u.");
    return undefined;
  }
}

const readFormat: Builder = (name: string, here) => {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format === undefined) {
    const what = `the format ${JSON.stringify(name)} is unknown, so nothing checks it`;
    here.warn(what, `Correct its spelling, or write a "pattern".${didYouMean(name, formatNames)}`);
    return undefined;
  }
  const what = () => `must match format "${name}"`;
  const { number, text } = format;
  if (number) return ifType(isNumber, here, number, what);
  return text && ifType(isText, here, text, what);
};

export const values = {
  type: readType,
  const: (value: SchemaValue, here: KeywordContext) => readEnum([value] as never, here),
  enum: readEnum,
  multipleOf: (divisor: Limit, here: KeywordContext) =>
    ifType(
      isNumber,
      here,
      (value) => isMultipleOf(value, divisor),
      () => `must be multiple of ${divisor instanceof InexactNumber ? divisor.source : divisor}`,
    ),
  minimum: compareRule(">=", (difference) => difference >= 0),
  maximum: compareRule("<=", (difference) => difference <= 0),
  exclusiveMinimum: compareRule(">", (difference) => difference > 0),
  exclusiveMaximum: compareRule("<", (difference) => difference < 0),
  minLength: (limit: number, here: KeywordContext) =>
    ifType(
      isText,
      here,
      (text) => countCharacters(text) >= limit,
      () => `must NOT have fewer than ${limit} characters`,
    ),
  maxLength: (limit: number, here: KeywordContext) =>
    ifType(
      isText,
      here,
      (text) => countCharacters(text) <= limit,
      () => `must NOT have more than ${limit} characters`,
    ),
  pattern: readPattern,
  format: readFormat,
} as const satisfies Record<string, Builder>;
