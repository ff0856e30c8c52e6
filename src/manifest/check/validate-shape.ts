import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

import { nearest } from "../problem/did-you-mean.ts";
import type { Problem } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { fromPointer } from "../yaml/source-location.ts";
import { knownKeys, maxExplained, toProblem } from "./shape-problem.ts";

/** The JSON Schema of manifests, the same file that editors use. */
export const schemaUrl = new URL("../../../messages/manifest.schema.json", import.meta.url);

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
