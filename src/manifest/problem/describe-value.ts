import { quote } from "./problem.ts";

/** The names of JSON's types in problems. */
export const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "null",
  array: "a list",
  object: "a map of keys",
};

export function describeType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeNames[typeof value] ?? typeof value;
}

/** Formats a value for a problem: itself if it is short, otherwise its type. */
export function describeValue(value: unknown): string {
  return typeof value === "string" ? quote(value) : typeof value === "object" ? describeType(value) : String(value);
}
