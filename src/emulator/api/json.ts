import { isUtf8 } from "node:buffer";
import { ApiError } from "../errors.ts";
import { limits } from "../limits.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses the request's body as a JSON object.
 *
 * @throws ApiError 10208 if it is not JSON (including a byte order mark or invalid UTF-8) or is nested too deeply, 10207 if
 * it is not an object
 */
export function parseObject(body: Buffer): JsonObject {
  if (!isUtf8(body)) throw malformed("it is not UTF-8");
  if (isDeeperThan(body, limits.jsonDepth)) throw malformed(`it is nested more than ${limits.jsonDepth} levels deep`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw malformed((error as Error).message);
  }
  if (!isObject(value)) throw typeMismatch("", "must be an object");
  return value;
}

function malformed(why: string): ApiError {
  return new ApiError(10208, { message: `Request body is not valid JSON: ${why}` });
}

const quote = 0x22;
const backslash = 0x5c;

/** Checks the depth before parsing: JSON.parse accepts any depth, but JSON.stringify does not. */
function isDeeperThan(body: Buffer, levels: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > levels) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

/** Parses like `parseObject`; an empty body is an empty object. */
export function parseOptionalObject(body: Buffer): JsonObject {
  return body.length === 0 ? {} : parseObject(body);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Creates an ApiError 10207. @param pointer JSON pointer to the invalid part @param what the requirement */
export function typeMismatch(pointer: string, what: string): ApiError {
  return new ApiError(10207, {
    message: `Request JSON body does not match expected schema: ${pointer || "the body"} ${what}`,
    pointer,
  });
}

/** An object and its location in the body. The functions below read its fields, and all throw 10207. */
export interface Part {
  readonly value: JsonObject;
  readonly pointer: string;
}

export function readString(part: Part, name: string): string | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw typeMismatch(`${part.pointer}/${name}`, "must be a string");
  return value;
}

export function readBoolean(part: Part, name: string): boolean | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  if (typeof value !== "boolean") throw typeMismatch(`${part.pointer}/${name}`, "must be true or false");
  return value;
}

export function readInteger(part: Part, name: string, min: number, max: number): number | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw typeMismatch(`${part.pointer}/${name}`, `must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function readOneOf<const T extends string>(part: Part, name: string, allowed: readonly T[]): T | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw typeMismatch(`${part.pointer}/${name}`, `must be one of ${allowed.join(", ")}`);
  return found;
}

/** Reads an object; an absent one is empty. */
export function readPart(part: Part, name: string): Part {
  const value = part.value[name] ?? {};
  const pointer = `${part.pointer}/${name}`;
  if (!isObject(value)) throw typeMismatch(pointer, "must be an object");
  return { value, pointer };
}

/** Reads a list of objects; an absent one is empty. */
export function readParts(part: Part, name: string): Part[] {
  const value = part.value[name] ?? [];
  const pointer = `${part.pointer}/${name}`;
  if (!Array.isArray(value)) throw typeMismatch(pointer, "must be an array");
  return value.map((item: unknown, index) => {
    if (!isObject(item)) throw typeMismatch(`${pointer}/${index}`, "must be an object");
    return { value: item, pointer: `${pointer}/${index}` };
  });
}

export function required<T>(part: Part, name: string, value: T | undefined): T {
  if (value === undefined) throw typeMismatch(`${part.pointer}/${name}`, "is missing");
  return value;
}

/** Returns an object with the field, or without it if the value is undefined. */
export function present<const K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: T };
}

/**
 * Converts an ApiError about a body to an error about a flag.
 *
 * @param flag the flag as the user wrote it
 * @throws `error` itself if it is not an ApiError
 */
export function flagError(flag: string, error: unknown): Error {
  if (!(error instanceof ApiError)) throw error;
  const { pointer = "" } = error.details;
  const reason = error.message.slice(error.message.indexOf(pointer) + pointer.length + 1);
  return new Error(`${flag}: ${pointer.split("/").at(-1)} ${reason}.`, { cause: error });
}

/** Converts the text of a flag to a number if it looks like one. */
export function parseScalar(text: string | undefined): string | number | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
