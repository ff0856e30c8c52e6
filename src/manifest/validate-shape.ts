import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { describeType, describeValue, typeNames } from "./describe-value.ts";
import { didYouMean, nearest } from "./did-you-mean.ts";
import type { ManifestDocument } from "./parse-documents.ts";
import { createProblem, type Problem, quote } from "./problem.ts";
import type { ProblemCollector } from "./problem-collector.ts";
import { fromPointer, locate, locateKey } from "./source-location.ts";

/** The JSON Schema of manifests, the same file that editors use. */
export const schemaUrl = new URL("../../messages/manifest.schema.json", import.meta.url);

let compiled: ValidateFunction | undefined;

/** The parts of a document that match the schema of manifests. */
export interface ShapeResult {
  /** Whether everything except the messages matches. */
  readonly manifest: boolean;
  /** The indexes of the messages that do not match. */
  readonly brokenMessages: ReadonlySet<number>;
}

/** Compiles the schema without Ajv's meta-validation, which halves compile time; the tests validate the schema instead. */
function compileSchema(): ValidateFunction {
  const quickly = { validateSchema: false, meta: false, code: { optimize: false } } as const;
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, ...quickly });
  return ajv.compile(JSON.parse(readFileSync(schemaUrl, "utf8")));
}

/** Checks a document against the manifests' JSON Schema. */
export function validateShape(document: ManifestDocument, problems: ProblemCollector): ShapeResult {
  compiled ??= compileSchema();
  compiled(document.value);
  let manifest = true;
  const brokenMessages = new Set<number>();
  // The error of oneOf itself covers those of its branches.
  const errors = (compiled.errors ?? []).filter(
    ({ schemaPath, keyword, data }) =>
      !schemaPath.startsWith("#/oneOf/") && (keyword !== "oneOf" || (typeof data === "object" && !Array.isArray(data))),
  );
  const misspelled = findMisspellings(errors);
  const found: Problem[] = [];
  for (const [number, error] of errors.entries()) {
    const [first, index] = fromPointer(error.instancePath);
    if (first === "messages" && index !== undefined) brokenMessages.add(Number(index));
    else manifest = false;
    if (number < maxExplained && !isMisspelled(error, misspelled)) found.push(toProblem(document, error));
  }
  problems.omit(Math.max(0, errors.length - maxExplained));
  // Values without a JSON equivalent were reported with their own code.
  for (const each of found.filter(({ location }) => !problems.has(location))) problems.add(each);
  return { manifest, brokenMessages };
}

/** Maximum errors of one document that are described: only a few are kept, and there may be a million. */
const maxExplained = 1_000;

/** Finds the known keys that unknown keys probably stand for, by the location where they are missing. */
function findMisspellings(errors: readonly ErrorObject[]): ReadonlyMap<string, readonly string[]> {
  const meant = new Map<string, string[]>();
  for (const error of errors.slice(0, maxExplained)) {
    if (error.keyword !== "additionalProperties") continue;
    const near = nearest(String(error.params.additionalProperty), knownKeys(error));
    if (near !== undefined) meant.set(error.instancePath, [...(meant.get(error.instancePath) ?? []), near]);
  }
  return meant;
}

/** Reports whether a missing key is present in another spelling, or its container is invalid; both are reported elsewhere. */
function isMisspelled(
  { keyword, instancePath, params, data }: ErrorObject,
  misspelled: ReturnType<typeof findMisspellings>,
): boolean {
  // A value that is not a map can have neither of two keys, and is reported as such.
  if (keyword === "oneOf" && (typeof data !== "object" || data === null)) return true;
  const missing = keyword === "required" ? [params.missingProperty] : keyword === "oneOf" ? ["messages", "source"] : [];
  return missing.some((key) => misspelled.get(instancePath)?.includes(key));
}

function knownKeys({ parentSchema }: ErrorObject): string[] {
  return Object.keys(parentSchema?.properties ?? {});
}

/** Converts an error of Ajv to a problem with a location. */
function toProblem(document: ManifestDocument, error: ErrorObject): Problem {
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
  id: "Use 1 to 200 characters, none of which controls how text is shown.",
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
