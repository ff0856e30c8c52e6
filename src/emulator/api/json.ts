import { isUtf8 } from "node:buffer";
import { ApiError } from "../errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The request's JSON object.
 *
 * @throws ApiError 10208 when it is not JSON (a byte order mark and bytes that are not UTF-8 included), 10207 when it is
 * no object
 */
export function parseObject(body: Buffer): JsonObject {
  if (!isUtf8(body)) throw new ApiError(10208, { message: "Request body is not valid JSON: it is not UTF-8" });
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw new ApiError(10208, { message: `Request body is not valid JSON: ${(error as Error).message}` });
  }
  if (!isObject(value)) throw mismatch("", "must be an object");
  return value;
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
