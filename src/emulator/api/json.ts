import { isUtf8 } from "node:buffer";
import { ApiError } from "../errors.ts";
import { limits } from "../limits.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The request's JSON object.
 *
 * @throws ApiError 10208 when it is not JSON (a byte order mark and bytes that are not UTF-8 included) or nests too
 * deeply, 10207 when it is no object
 */
export function parseObject(body: Buffer): JsonObject {
  if (!isUtf8(body)) throw malformed("it is not UTF-8");
  if (isDeeperThan(body, limits.jsonDepth)) throw malformed(`it nests more than ${limits.jsonDepth} levels`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw malformed((error as Error).message);
  }
  if (!isObject(value)) throw mismatch("", "must be an object");
  return value;
}

function malformed(why: string): ApiError {
  return new ApiError(10208, { message: `Request body is not valid JSON: ${why}` });
}

const quote = 0x22;
const backslash = 0x5c;

/** Before it is parsed: JSON.parse takes any depth, and what writes the values again does not. */
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

/** As `parseObject`, for calls whose whole body may be left out. */
export function parseOptionalObject(body: Buffer): JsonObject {
  return body.length === 0 ? {} : parseObject(body);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param pointer JSON pointer of the part that does not fit */
export function mismatch(pointer: string, what: string): ApiError {
  return new ApiError(10207, {
    message: `Request JSON body does not match expected schema: ${pointer || "the body"} ${what}`,
    pointer,
  });
}

/** An object and where it stands in the body; its fields are read by the functions below, which all throw 10207. */
export interface Part {
  readonly value: JsonObject;
  readonly pointer: string;
}

export function readString(part: Part, name: string): string | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw mismatch(`${part.pointer}/${name}`, "must be a string");
  return value;
}

export function readBoolean(part: Part, name: string): boolean | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  if (typeof value !== "boolean") throw mismatch(`${part.pointer}/${name}`, "must be true or false");
  return value;
}

export function readInteger(part: Part, name: string, min: number, max: number): number | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw mismatch(`${part.pointer}/${name}`, `must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function readOneOf<const T extends string>(part: Part, name: string, allowed: readonly T[]): T | undefined {
  const value = part.value[name];
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw mismatch(`${part.pointer}/${name}`, `must be one of ${allowed.join(", ")}`);
  return found;
}

/** An absent object is an empty one. */
export function readPart(part: Part, name: string): Part {
  const value = part.value[name] ?? {};
  const pointer = `${part.pointer}/${name}`;
  if (!isObject(value)) throw mismatch(pointer, "must be an object");
  return { value, pointer };
}

/** A list of objects; an absent one is empty. */
export function readParts(part: Part, name: string): Part[] {
  const value = part.value[name] ?? [];
  const pointer = `${part.pointer}/${name}`;
  if (!Array.isArray(value)) throw mismatch(pointer, "must be an array");
  return value.map((item: unknown, index) => {
    if (!isObject(item)) throw mismatch(`${pointer}/${index}`, "must be an object");
    return { value: item, pointer: `${pointer}/${index}` };
  });
}

export function required<T>(part: Part, name: string, value: T | undefined): T {
  if (value === undefined) throw mismatch(`${part.pointer}/${name}`, "is missing");
  return value;
}

/** The field, when there is a value for it. */
export function present<const K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: T };
}

/**
 * What does not fit in a flag, told without the words about a request's body.
 *
 * @param flag as it was written @throws `error` itself when it is no ApiError
 */
export function flagError(flag: string, error: unknown): Error {
  if (!(error instanceof ApiError)) throw error;
  const { pointer = "" } = error.details;
  const reason = error.message.slice(error.message.indexOf(pointer) + pointer.length + 1);
  return new Error(`${flag}: ${pointer.split("/").at(-1)} ${reason}.`, { cause: error });
}

/** A flag's text as the number that it looks like. */
export function scalar(text: string | undefined): string | number | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
