import { type Document, isMap, isScalar, type Node, parseDocument } from "yaml";
import { createProblem, createTextFile, type Problem } from "../manifest/index.ts";
import type { JsonValue, SourceLocation } from "../types.ts";
import { parsePlainScalar } from "./pulumi-yaml.ts";
import {
  type ConfigFlaw,
  ConfigReading,
  describeConversion,
  formatKey,
  listPairs,
  type Pair,
  type ReadValue,
} from "./read-config-value.ts";

/** A value of the configuration as a file writes it, and what the engine makes of it. */
export interface ConfigValue {
  /** What manifests get: text, or a map or a list. Where a part is encrypted, a word stands for it. */
  readonly value: JsonValue;
  /** The text that the engine hands to the program; undefined: it is not foretold. */
  readonly isGiven: string | undefined;
  readonly secret: boolean;
  /** What the engine changes. */
  readonly flaws: readonly ConfigFileFlaw[];
}

export type ConfigFileFlaw = Omit<ConfigFlaw, "offset"> & { readonly place: SourceLocation };

export interface ConfigFile {
  /** The project's, in Pulumi.yaml. */
  readonly name: string;
  /** By full key. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Keys that are declared without a default: the stack must have them. */
  readonly required: ReadonlyMap<string, SourceLocation>;
  /** Whether further values come from an environment of Pulumi ESC. */
  readonly environment: boolean;
  /** What has the engine choose at random. */
  readonly problems: readonly Problem[];
}

/** A stack's file has the values themselves; in Pulumi.yaml they may be declarations with a default. */
export type FileKind = "stack" | "project";

/**
 * Reads the configuration in Pulumi.yaml or in a stack's file as the engine does.
 *
 * @param project the project's name; undefined: the file has it
 * @throws YAMLParseError
 */
export function parseConfigFile(path: string, written: string, kind: FileKind, project?: string): ConfigFile {
  const text = written.replace(/^\uFEFF/, "");
  const { locationAt } = createTextFile(path, text);
  const document = parseDocument(text, { schema: "failsafe", uniqueKeys: false, logLevel: "silent" });
  if (document.errors[0] !== undefined) throw document.errors[0];
  const name = project ?? readName(document);
  const reading = new ConfigReading(document);
  const values = new Map<string, ConfigValue>();
  const required = new Map<string, SourceLocation>();
  const problems: Problem[] = [];
  for (const { key, value } of listPairs(
    isMap(document.contents) ? document.contents.get("config", true) : undefined,
  )) {
    const short = formatKey(key);
    const full = short.includes(":") ? short : `${name}:${short}`;
    const own = kind === "stack" ? value : readDefault(value);
    if (own === undefined) {
      if (full.startsWith(`${name}:`)) required.set(full, locationAt(nodeOffset(key)));
      continue;
    }
    if (values.has(full)) {
      const what = `"${full}": the key is there already`;
      problems.push(createProblem("CONFIG_INVALID", locationAt(nodeOffset(key)), what, "Remove one of the two."));
      continue;
    }
    const { flaws, ...read } = toConfiguration(reading.read(own), own ?? key);
    values.set(full, { ...read, flaws: flaws.map(({ offset, ...flaw }) => ({ ...flaw, place: locationAt(offset) })) });
  }
  const environment = isMap(document.contents) && document.contents.has("environment");
  return { name, values, required, environment, problems };
}

function readName(document: Document): string {
  const name: unknown = isMap(document.contents) ? document.contents.get("name") : undefined;
  return typeof name === "string" ? name : "";
}

type ReadConfiguration = Omit<ConfigValue, "flaws"> & { readonly flaws: readonly ConfigFlaw[] };

/** What is neither a map nor a list becomes text: numbers as the engine writes them, and null as an empty one. */
function toConfiguration({ value, json, flaws, secret, source }: ReadValue, at: Node): ReadConfiguration {
  if (source === undefined) return { value, isGiven: json, flaws, secret };
  // A date, or what has a tag: it has its flaw.
  if (json === undefined) return { value: source, isGiven: undefined, flaws, secret };
  const isGiven = json === "null" ? "" : json.startsWith('"') ? source : json;
  if (isGiven === source && json !== "null") return { value: isGiven, isGiven, flaws: [], secret };
  const flaw = { path: [], offset: nodeOffset(at) };
  const what = "Pulumi reads null, or nothing, as an empty text";
  const changed =
    json === "null"
      ? { ...flaw, message: what, hint: 'Write "" for an empty text, or a value.' }
      : { ...flaw, message: describeConversion(source, isGiven) };
  return { value: isGiven, isGiven, flaws: [changed], secret };
}

/** A declaration's default, or else its value; what is no declaration is the value itself. undefined: there is none. */
function readDefault(value: Pair["value"]): Pair["value"] | undefined {
  if (!isMap(value)) return value;
  const of = (name: string) => listPairs(value).find(({ key }) => formatKey(key) === name)?.value;
  return [of("default"), of("value")].find((node) => node && !isEmptyNode(node)) ?? undefined;
}

function isEmptyNode(node: Node): boolean {
  return isScalar(node) && node.type === "PLAIN" && parsePlainScalar(node.source ?? "").kind === "null";
}

function nodeOffset(node: Node): number {
  return node.range?.[0] ?? 0;
}
