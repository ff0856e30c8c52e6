import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import { isObject } from "../../json-object.ts";
import type { SourceLocation } from "../../types.ts";
import { readTextFile } from "../files/manifest-files.ts";
import type { TextFile } from "../files/text-file.ts";
import { parseExactly } from "../json/exact-json.ts";
import { createProblem } from "../problem/problem.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { maxDigits, parseNumbersExactly } from "./decimal.ts";
import { isSchemaObject } from "./registry.ts";
import type { SchemaFile, SchemaValue, Steps } from "./types.ts";

/** Problems that would change a message but not a schema: its numbers are compared as decimals, and its keys are not copied. */
const harmless = new Set<ProblemCode>(["NUMBER_NOT_EXACT", "KEY_UNSAFE"]);

/** Reads a schema file, and reports problems. @param path relative to the repository */
export function readSchema(root: string, path: string, problems: ProblemCollector): SchemaFile | undefined {
  const file = readTextFile(root, path, problems);
  if (file === undefined) return undefined;
  const parsed = parseExactly(file.text, Buffer.byteLength(file.text));
  const errors = parsed.ok ? [] : parsed.errors.filter(({ code }) => !harmless.has(code));
  const long = new RegExp(`[\\d.eE+-]{${maxDigits},}`).exec(
    file.text.replace(/"(?:[^"\\]|\\.)*"/g, (text) => " ".repeat(text.length)),
  );
  if (long !== null) {
    const what = `a number here has more than ${maxDigits} digits`;
    problems.add(createProblem("BODY_SCHEMA_INVALID", file.locationAt(long.index), what, "Write a shorter one."));
    return undefined;
  }
  for (const { offset, message, hint } of errors) {
    problems.add(createProblem("BODY_SCHEMA_INVALID", file.locationAt(offset), message, hint));
  }
  if (errors.length > 0) return undefined;
  const value = parseNumbersExactly(file.text) as SchemaValue;
  if (typeof value === "boolean" || isObject(value)) {
    return { file, value };
  }
  const next = 'Write a JSON Schema, such as { "type": "object" }.';
  problems.add(createProblem("BODY_SCHEMA_INVALID", file.locationAt(0), "a schema is a map of keywords", next));
  return undefined;
}

const trees = new WeakMap<TextFile, Node | undefined>();

/** Returns the location of a value in a JSON file: that of its key, if it has one. */
export function locateStep(
  { file }: Pick<SchemaFile, "file">,
  steps: Steps,
  what: "key" | "value" = "value",
): SourceLocation {
  if (!trees.has(file)) trees.set(file, parseTree(file.text));
  let node = trees.get(file);
  for (const step of steps) {
    const inner = node && findNodeAtLocation(node, [node.type === "array" ? Number(step) : step]);
    if (inner === undefined) break;
    node = inner;
  }
  const property = what === "key" && node?.parent?.type === "property" ? node.parent : node;
  return file.locationAt(property?.offset ?? 0);
}

/** Formats a JSON pointer (RFC 6901) as a fragment. */
export function toFragment(steps: Steps): string {
  return `#${steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`;
}

/** `queue-seeder: allow CODE, CODE` in the `$comment` of a schema. */
const comment = /queue-seeder:\s*allow\s+([A-Za-z_]+(?:\s*,\s*[A-Za-z_]+)*)/;

/** Reports whether the `$comment` of a schema silences a warning inside it. JSON has no other comments. */
export function isSuppressed(code: string, { value }: SchemaFile, steps: Steps): boolean {
  let here: SchemaValue | undefined = value;
  for (const step of [...steps, ""]) {
    if (isSchemaObject(here)) {
      const found = typeof here.$comment === "string" ? comment.exec(here.$comment)?.[1] : undefined;
      if (found?.split(",").some((each) => each.trim() === code)) return true;
      here = Object.hasOwn(here, step) ? here[step] : undefined;
    } else here = Array.isArray(here) ? here[Number(step)] : undefined;
  }
  return false;
}
