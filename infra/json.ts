import { invalidJsonPrefix } from "../src/lifecycle/source/inline-messages.ts";
import * as pulumi from "./pulumi.ts";

/**
 * The JSON of a value. What JSON does not have is told in a text that is no JSON, and that the checks of the messages
 * show: JSON.stringify would leave it out, or write null in its place.
 */
export function jsonText(value: unknown): string {
  const fault = faultOf(value, [], []);
  return fault === undefined ? JSON.stringify(value) : `${invalidJsonPrefix}${fault}`;
}

/** What is wrong with a value, and at which keys; never a part of the value itself. */
function faultOf(value: unknown, path: readonly string[], above: readonly object[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : fault(String(value), path);
    case "object":
      return value === null ? undefined : faultOfObject(value, path, above);
    default:
      return fault(value === undefined ? "undefined" : `a ${typeof value}`, path);
  }
}

function faultOfObject(value: object, path: readonly string[], above: readonly object[]): string | undefined {
  if (pulumi.Resource.isInstance(value)) return fault("a resource", path);
  if (above.includes(value)) return fault("a value within itself", path);
  const inside = [...above, value];
  // A Date, for example, says for itself what it is in JSON.
  if ("toJSON" in value && typeof value.toJSON === "function") return faultOf(value.toJSON(), path, inside);
  if (!Array.isArray(value) && !isPlain(value)) return fault(`a ${value.constructor?.name ?? "class"}`, path);
  for (const [key, item] of Object.entries(value)) {
    // A key without a value is no key, as everywhere in JavaScript.
    if (item === undefined && !Array.isArray(value)) continue;
    const found = faultOf(item, [...path, key], inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function fault(what: string, path: readonly string[]): string {
  const keys = path.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key)));
  return path.length === 0 ? what : `${what} at ${keys.join(".")}`;
}
