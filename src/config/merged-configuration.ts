import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createProblem, type Problem, parseExactly, parseWithSpellings, readSpelling } from "../manifest/index.ts";
import type { JsonValue } from "../types.ts";
import { type ConfigFile, type ConfigFileFlaw, type ConfigValue, parseConfigFile } from "./parse-config-file.ts";
import { toEngineText } from "./read-scalar.ts";
import { listStackFiles } from "./stack-files.ts";

/** A stack's configuration in the repository's files. */
export interface MergedConfiguration {
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Duplicate keys, of which Pulumi uses a random one. */
  readonly problems: readonly Problem[];
  /** Required keys without a value, for which Pulumi rejects the stack. */
  readonly missing: readonly Problem[];
  /** Whether further values come from a Pulumi ESC environment. */
  readonly environment: boolean;
}

/** Merges the configuration of a stack with the defaults in Pulumi.yaml. @param stack undefined if the stack has no file */
export function mergeConfiguration(project: ConfigFile, stack: ConfigFile | undefined): MergedConfiguration {
  const values = new Map([...project.values, ...(stack?.values ?? [])]);
  const without = stack?.environment ? [] : [...project.required].filter(([key]) => !values.has(key));
  const missing = without.map(([key, location]) => {
    const what = `"${key}": the stack has no value, and there is no default`;
    return createProblem("CONFIG_INVALID", location, what, `Set it with "pulumi config set ${key} …".`);
  });
  const environment = project.environment || (stack?.environment ?? false);
  return { values, problems: [...project.problems, ...(stack?.problems ?? [])], missing, environment };
}

/**
 * Returns a problem for each queue-seeder setting that Pulumi changes.
 *
 * @param given the texts that Pulumi passed to the program, absent if unknown
 */
export function toProblems(
  { values }: MergedConfiguration,
  given?: Readonly<Record<string, string>>,
): readonly Problem[] {
  return [...values].flatMap(([key, written]) => {
    const text = given === undefined ? written.passedText : given[key];
    if (!key.startsWith("queue-seeder:") || (text !== undefined && !isSourceOf(text, written))) return [];
    return written.flaws.map((flaw) => toFlawProblem(key, flaw));
  });
}

/** Checks whether Pulumi passes this text for a value of the files. */
function isSourceOf(text: string, { passedText }: ConfigValue): boolean {
  return passedText === undefined || passedText === text;
}

const quoteHint = "Put it in quotes if it is text; otherwise write it in JSON notation.";

/** Returns the problem of a value that Pulumi changes. */
export function toFlawProblem(key: string, { path, location, message, hint = quoteHint }: ConfigFileFlaw): Problem {
  return createProblem("CONFIG_INVALID", location, `"${[key, ...path].join(".")}": ${message}`, hint);
}

/**
 * Reads the configuration of a stack from the repository's files, as {@link mergeConfiguration} returns it. Returns an empty
 * configuration for unreadable files, which Pulumi has rejected before.
 */
export function readConfiguration(root: string, stack: string): MergedConfiguration {
  try {
    const project = parseConfigFile("Pulumi.yaml", readFileSync(join(root, "Pulumi.yaml"), "utf8"), "project");
    const file = listStackFiles(root).get(stack);
    const own = file && parseConfigFile(file, readFileSync(join(root, file), "utf8"), "stack", project.name);
    return mergeConfiguration(project, own || undefined);
  } catch {
    return { values: new Map(), problems: [], missing: [], environment: false };
  }
}

/** A value of the configuration, and the flaws that prevent its use. */
export interface ConfiguredValue {
  readonly value: JsonValue;
  readonly flaws: readonly ConfigFileFlaw[];
  /** Why the value cannot be read from the text that Pulumi passes; only set if the files do not contain it. */
  readonly unreadable?: string;
}

/**
 * Returns the value of a text that Pulumi passes. Pulumi passes maps and lists as JSON, without marking them. If the files
 * contain the same value, they decide; otherwise a text is a map or a list if Pulumi would write that value in exactly this way.
 */
export function configuredValue(text: string, written: ConfigValue | undefined): ConfiguredValue {
  if (written !== undefined && isSourceOf(text, written)) return written;
  const found = /^[[{]/.test(text) ? parseEngineJson(text) : undefined;
  if (found === undefined) return { value: text, flaws: [] };
  const exact = parseExactly(text, Buffer.byteLength(text));
  if (exact.ok) return { value: exact.value, flaws: [] };
  return { value: found, flaws: [], unreadable: exact.errors.map(({ message }) => message).join("; ") };
}

/** Parses the JSON of a map or a list, undefined if Pulumi would not write exactly this text for it. */
function parseEngineJson(text: string): JsonValue | undefined {
  try {
    const value = parseWithSpellings(text);
    return toEngineJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function toEngineJson(value: JsonValue): string {
  if (typeof value === "string") return toEngineText(value);
  if (typeof value !== "object" || value === null) return String(value);
  const part = (key: string | number, inner: JsonValue) =>
    typeof inner === "number" ? readSpelling(value, key, inner) : toEngineJson(inner);
  if (Array.isArray(value)) return `[${value.map((inner: JsonValue, index) => part(index, inner)).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, inner]) => `${toEngineText(key)}:${part(key, inner)}`).join(",")}}`;
}
