import type { JsonValue } from "../../types.ts";

/** Maximum characters that variables may insert into one message; the API accepts 128 KB. */
export const maxInserted = 2_000_000;

/** Adds up what variables insert into one message: a value that is inserted often can become very large. */
export class InsertionLimit {
  #inserted = 0;

  /** Counts one more insertion of a value. @returns "first_excess" for the first value that exceeds the limit */
  add(value: JsonValue): "fits" | "first_excess" | "excess" {
    const before = this.#inserted;
    this.#inserted += measure(value);
    if (this.#inserted <= maxInserted) return "fits";
    return before <= maxInserted ? "first_excess" : "excess";
  }
}

const sizes = new WeakMap<object, number>();

/** Estimates the length of a value as JSON; cached for each list and map. */
function measure(value: JsonValue): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  const size = Object.entries(value).reduce(
    (sum, [key, inner]) => sum + key.length + measure(inner as JsonValue) + 4,
    2,
  );
  sizes.set(value, size);
  return size;
}
