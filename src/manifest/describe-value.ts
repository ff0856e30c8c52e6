import { quote } from "./problem.ts";

/** JSON's types in the words of problems. */
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

/** A value inside a problem's text: itself where it is short, else its type. */
export function describeValue(value: unknown): string {
  return typeof value === "string" ? quote(value) : typeof value === "object" ? describeType(value) : String(value);
}
