import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createProblem, type Problem, parseExactly, parseWithSpellings, readSpelling } from "../manifest/index.ts";
import type { JsonValue } from "../types.ts";
import { type ConfigFile, type ConfigFileFlaw, type ConfigValue, parseConfigFile } from "./parse-config-file.ts";
import { toEngineText } from "./read-config-value.ts";
import { listStackFiles } from "./stack-files.ts";

/** The configuration of a stack as the repository's files have it. */
export interface StackConfiguration {
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Keys that are there twice: the engine takes one of them, at random. */
  readonly problems: readonly Problem[];
  /** Keys without a value, for which the engine refuses the stack. */
  readonly missing: readonly Problem[];
}

/** What a stack's file leaves out, Pulumi.yaml may have. @param stack undefined: the stack has no file */
export function joinConfiguration(project: ConfigFile, stack: ConfigFile | undefined): StackConfiguration {
  const values = new Map([...project.values, ...(stack?.values ?? [])]);
  const without = stack?.environment ? [] : [...project.required].filter(([key]) => !values.has(key));
  const missing = without.map(([key, place]) => {
    const what = `"${key}": the stack has no value, and there is no default`;
    return createProblem("CONFIG_INVALID", place, what, `Set it with "pulumi config set ${key} …".`);
  });
  return { values, problems: [...project.problems, ...(stack?.problems ?? [])], missing };
}

/**
 * What the engine changes in the settings of queue-seeder.
 *
 * @param given what the engine gave; absent: nothing is known of it
 */
export function toProblems(
  { values }: StackConfiguration,
  given?: Readonly<Record<string, string>>,
): readonly Problem[] {
  return [...values].flatMap(([key, written]) => {
    const text = given === undefined ? written.isGiven : given[key];
    if (!key.startsWith("queue-seeder:") || (text !== undefined && !isSourceOf(text, written))) return [];
    return written.flaws.map((flaw) => toFlawProblem(key, flaw));
  });
}

/** Whether a value of the files is what the engine gave a text for. */
function isSourceOf(text: string, { isGiven }: ConfigValue): boolean {
  return isGiven === undefined || isGiven === text;
}

const quoteHint = "Put it in quotes if it is text, else write it as JSON does.";

/** A value that the engine changes, where it is used. */
export function toFlawProblem(key: string, { path, place, message, hint = quoteHint }: ConfigFileFlaw): Problem {
  return createProblem("CONFIG_INVALID", place, `"${[key, ...path].join(".")}": ${message}`, hint);
}

/** As {@link joinConfiguration}, out of a repository's files. What cannot be read, the engine has refused before. */
export function readConfiguration(root: string, stack: string): StackConfiguration {
  try {
    const project = parseConfigFile("Pulumi.yaml", readFileSync(join(root, "Pulumi.yaml"), "utf8"), "project");
    const file = listStackFiles(root).get(stack);
    const own = file && parseConfigFile(file, readFileSync(join(root, file), "utf8"), "stack", project.name);
    return joinConfiguration(project, own || undefined);
  } catch {
    return { values: new Map(), problems: [], missing: [] };
  }
}

/** A value of the configuration, and what is against using it. */
export interface ConfiguredValue {
  readonly value: JsonValue;
  readonly flaws: readonly ConfigFileFlaw[];
  /** Why no value can be told from the text that the engine gives; the files do not have it. */
  readonly unreadable?: string;
}

/**
 * What the engine's text for a key stands for. It gives maps and lists as JSON, and says nothing of which texts those are: where
 * the files have the same, they say it; else a text is a map or a list when it is written just as the engine writes them.
 */
export function configuredValue(text: string, written: ConfigValue | undefined): ConfiguredValue {
  if (written !== undefined && isSourceOf(text, written)) return written;
  const found = /^[[{]/.test(text) ? parseEngineJson(text) : undefined;
  if (found === undefined) return { value: text, flaws: [] };
  const exact = parseExactly(text, Buffer.byteLength(text));
  if (exact.ok) return { value: exact.value, flaws: [] };
  return { value: found, flaws: [], unreadable: exact.errors.map(({ message }) => message).join("; ") };
}

/** The map or the list that a text is the engine's JSON of; undefined: it is another text. */
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
