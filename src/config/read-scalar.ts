import type { Scalar } from "yaml";
import { isExactNumber, quote } from "../manifest/index.ts";
import type { JsonValue } from "../types.ts";
import { type EngineScalar, parsePlainScalar } from "./pulumi-yaml.ts";

/** A value that Pulumi reads as something other than its author wrote. */
export interface ConfigFlaw {
  /** Keys and indices that lead to the part inside the value. */
  readonly path: readonly string[];
  /** In UTF-16 code units from the start of the file. */
  readonly offset: number;
  /** A clause without a trailing full stop. */
  readonly message: string;
  /** What to do, in full sentences; absent if the value should be quoted. */
  readonly hint?: string;
}

/** A value of a configuration file. */
export interface ReadValue {
  readonly value: JsonValue;
  /** The JSON that Pulumi writes for it, undefined if that depends on the machine or cannot be predicted. */
  readonly json: string | undefined;
  readonly flaws: readonly ConfigFlaw[];
  /** Whether a part of it is encrypted. Encrypted parts are replaced with a placeholder. */
  readonly secret: boolean;
  /** The text of a scalar as written, without quotes. */
  readonly source?: string;
}

export function readScalar(node: Scalar, path: readonly string[], offset: number): ReadValue {
  const text = String(node.value ?? "");
  const source = isPlain(node) ? (node.source ?? "") : text;
  const sound = (value: JsonValue, json: string): ReadValue => ({ value, json, flaws: [], secret: false, source });
  const flawed = (what: string, json?: string): ReadValue => ({
    ...changedValueFlaw(path, offset, what),
    json,
    source,
  });
  if (node.tag !== undefined && node.tag !== "tag:yaml.org,2002:str") {
    return flawed("the value has a tag, which Pulumi may read in its own way");
  }
  if (!isPlain(node)) return sound(text, toEngineText(text));
  const read = toNestedScalar(parsePlainScalar(source), path);
  switch (read.kind) {
    case "text":
      return sound(text, toEngineText(text));
    case "boolean":
      return sound(read.text === "true", read.text);
    case "null":
      return sound(null, "null");
    case "number":
      if (isExactNumber(source)) return sound(Number(source), read.text);
      return flawed(
        read.text === source
          ? `${quote(source)} is a number that JSON parsers cannot represent exactly`
          : describeConversion(source, read.text),
        read.text,
      );
    case "date":
      return flawed(`${quote(source)} is a date for Pulumi, which formats it differently`);
    case "refused":
      return flawed(`${quote(source)} is a number that Pulumi cannot represent`);
  }
}

/** Inside a map or a list, Pulumi stores integers as signed 64-bit values and other numbers as doubles. */
function toNestedScalar(read: EngineScalar, path: readonly string[]): EngineScalar {
  const beyond = read.kind === "number" && /^\d+$/.test(read.text) && BigInt(read.text) >= 2n ** 63n;
  return beyond && path.length > 0 ? { kind: "number", text: String(Number(read.text)) } : read;
}

export function describeConversion(source: string, text: string): string {
  return `Pulumi reads ${quote(source)} as ${quote(text)}`;
}

export function changedValueFlaw(path: readonly string[], offset: number, message: string): ReadValue {
  return { value: null, json: undefined, flaws: [{ path, offset, message }], secret: false };
}

export function isPlain(node: Scalar): boolean {
  return node.type === "PLAIN" && node.tag === undefined;
}

/** Encodes a text as Go's JSON encoder does, which escapes characters that are special in HTML or JavaScript. */
export function toEngineText(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
