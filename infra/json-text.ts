import { encodeInvalidBody } from "../src/lifecycle/state/invalid-body.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

/**
 * Converts a value to JSON. If a part has no JSON form, returns the reason in the form of {@link encodeInvalidBody}, which
 * the checks of the messages report: JSON.stringify would omit that part or replace it with null.
 */
export function toJsonText(value: unknown): string {
  const issue = findFault(value, [], []);
  return issue === undefined ? JSON.stringify(value) : encodeInvalidBody(issue);
}

/** Describes the first part of a value that has no JSON form, with the keys that lead to it, and never with the value itself. */
function findFault(value: unknown, path: readonly string[], above: readonly object[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : describeFault(String(value), path);
    case "object":
      return value === null ? undefined : findObjectFault(value, path, above);
    default:
      return describeFault(value === undefined ? "undefined" : `a ${typeof value}`, path);
  }
}

function findObjectFault(value: object, path: readonly string[], above: readonly object[]): string | undefined {
  if (pulumi.Resource.isInstance(value)) return describeFault("a resource", path);
  if (above.includes(value)) return describeFault("a value within itself", path);
  const inside = [...above, value];
  // A Date, for example, defines its own JSON form.
  if ("toJSON" in value && typeof value.toJSON === "function") return findFault(value.toJSON(), path, inside);
  if (!Array.isArray(value) && !isPlain(value)) return describeFault(`a ${value.constructor?.name ?? "class"}`, path);
  for (const [key, item] of Object.entries(value)) {
    // A property without a value is omitted, as JSON.stringify does.
    if (item === undefined && !Array.isArray(value)) continue;
    const found = findFault(item, [...path, key], inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function describeFault(what: string, path: readonly string[]): string {
  const keys = path.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key)));
  return path.length === 0 ? what : `${what} at ${keys.join(".")}`;
}
