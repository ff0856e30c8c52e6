import type { ErrorObject } from "ajv";
import { describeType, describeValue, typeNames } from "../problem/describe-value.ts";
import { didYouMean } from "../problem/did-you-mean.ts";
import { createProblem, type Problem, quote } from "../problem/problem.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { fromPointer, locate, locateKey } from "../yaml/source-location.ts";

/** Maximum errors of one document that are described: only a few are kept, and there may be a million. */
export const maxExplained = 1_000;

export function knownKeys({ parentSchema }: ErrorObject): string[] {
  return Object.keys(parentSchema?.properties ?? {});
}

/** Converts an error of Ajv to a problem with a location. */
export function toProblem(document: ManifestDocument, error: ErrorObject): Problem {
  const path = fromPointer(error.instancePath);
  const here = locate(document, path);
  const it = describePath(path);
  const { params, data } = error;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const known = knownKeys(error);
      const next = `Known keys: ${known.join(", ")}.${didYouMean(key, known)}`;
      return createProblem("UNKNOWN_KEY", locateKey(document, [...path, key]), `${it} has no key ${quote(key)}`, next);
    }
    case "required": {
      const key = String(params.missingProperty);
      return createProblem("MISSING_KEY", here, `${it} has no key "${key}"`, `Add "${key}: …".`);
    }
    case "type": {
      const wanted = [params.type]
        .flat()
        .map((type) => typeNames[String(type)] ?? String(type))
        .join(" or ");
      return createProblem(
        "WRONG_TYPE",
        here,
        `${it} is ${describeType(data)}, not ${wanted}`,
        `Write ${wanted} here.`,
      );
    }
    case "enum": {
      const allowed = (params.allowedValues as unknown[]).map(String);
      const next = `Write one of ${allowed.join(", ")}.${didYouMean(String(data), allowed)}`;
      return createProblem("VALUE_NOT_ALLOWED", here, `${it} cannot be ${describeValue(data)}`, next);
    }
    case "oneOf": {
      if (params.passingSchemas === null) {
        const next = 'Add "messages: …" with the messages themselves, or "source: …" with a data file.';
        return createProblem("MISSING_KEY", here, `${it} has no key "messages"`, next);
      }
      const location = locateKey(document, ["source"]);
      return createProblem(
        "VALUE_NOT_ALLOWED",
        location,
        `${it} has both "messages" and "source"`,
        "Split it into two manifests.",
      );
    }
    case "uniqueItems": {
      const location = locate(document, [...path, Math.max(params.i, params.j)]);
      return createProblem("VALUE_NOT_ALLOWED", location, `${it} has the same item twice`, "Remove one of the two.");
    }
    case "minItems":
    case "minProperties":
    case "minLength":
      return createProblem("VALUE_NOT_ALLOWED", here, `${it} is empty`, findHint(path));
    default:
      if (data === "\\t" && path.at(-1) === "delimiter") {
        const next = 'Write "\\t" in double quotes, which YAML parses as a tab.';
        return createProblem("VALUE_NOT_ALLOWED", here, `${it} is a backslash and a t`, next);
      }
      return createProblem(
        "VALUE_NOT_ALLOWED",
        here,
        `${it} cannot be ${describeValue(data)}: ${describeBound(error)}`,
        findHint(path),
      );
  }
}

/** Describes which limit a value violates. */
function describeBound({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case "minimum":
      return `it must be at least ${params.limit}`;
    case "maximum":
      return `it must be at most ${params.limit}`;
    case "maxItems":
      return `it has more than ${params.limit} items`;
    case "maxLength":
      return `it has more than ${params.limit} characters`;
    case "pattern":
      return "it has characters that are not allowed here";
    default:
      return message ?? keyword;
  }
}

const hints: Readonly<Record<string, string>> = {
  name: "Use letters, digits and . _ - /, beginning with a letter or digit, at most 200.",
  queue: "Use letters, digits, _ and -, beginning and ending with a letter or digit, at most 63.",
  stacks: "Remove it for every stack, or use letters, digits, . _ -, and the wildcards * and ?.",
  after: "Write the name of a manifest, or remove the key.",
  moved_from: "Write a former name of the manifest, or remove the key.",
  requires: "Write consumer, not_paused or max_backlog, or remove the key.",
  dedup_field: "Use letters, digits and . _ -, beginning with a letter or _; not __proto__.",
  id: "Use 1 to 200 characters, without control or formatting characters.",
  for_each: "Write a list, a count from 1 to 100000, or one variable.",
  delay_seconds: "Write whole seconds from 0 to 86400 (24 hours), or one variable.",
  env: "Use letters, digits and _, not beginning with a digit.",
  file: "Write a path relative to the manifest's folder, with forward slashes.",
  body_schema: "Write a path relative to the manifest's folder, with forward slashes.",
  delimiter: 'Write one character, not a quote or a line end; a tab as "\\t" in double quotes.',
  messages: "Add a message, or remove the manifest.",
};

function findHint(path: readonly string[]): string {
  const key = path.findLast((step) => Object.hasOwn(hints, step));
  return (key && hints[key]) ?? "Write another value here.";
}

/** Describes a path: `"delay_seconds" of message 3`. */
function describePath(path: readonly string[]): string {
  const [first, second, ...rest] = path;
  if (first === undefined) return "the manifest";
  if (first === "messages" && second !== undefined) {
    const message = `message ${Number(second) + 1}`;
    return rest.length === 0 ? message : `"${rest.join(".")}" of ${message}`;
  }
  if (second !== undefined && /^\d+$/.test(second)) return `item ${Number(second) + 1} of "${first}"`;
  return `"${path.join(".")}"`;
}
