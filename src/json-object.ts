/** A JSON object whose keys and values are not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reports whether a value is an object with keys: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a value if it is an object with keys, and an empty object otherwise. */
export function toObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Reports whether a value is a list of texts. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Parses a JSON object; returns an empty one if the text is not a JSON object. */
export function parseObject(text: string): JsonObject {
  try {
    return toObject(JSON.parse(text));
  } catch {
    return {};
  }
}
