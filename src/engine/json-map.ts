/** Returns a value if it is a JSON object, and an empty object otherwise. */
export function toMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Parses a JSON object; returns an empty one if the text is not a JSON object. */
export function parseMap(text: string): Readonly<Record<string, unknown>> {
  try {
    return toMap(JSON.parse(text));
  } catch {
    return {};
  }
}
