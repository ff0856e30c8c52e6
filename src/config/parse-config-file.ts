import { type Document, isMap, isScalar, type Node, parseDocument } from "yaml";
import { createProblem, createTextFile, type Problem } from "../manifest/index.ts";
import type { JsonValue, SourceLocation } from "../types.ts";
import { parsePlainScalar } from "./pulumi-yaml.ts";
import { ConfigValueReader, formatKey, listPairs, type Pair } from "./read-config-value.ts";
import { type ConfigFlaw, describeConversion, type ReadValue } from "./read-scalar.ts";

/** A configuration value in a file, and how Pulumi reads it. */
export interface ConfigValue {
  /** The value for manifests: text, a map or a list, in which encrypted parts are replaced with a placeholder. */
  readonly value: JsonValue;
  /** The text that Pulumi passes to the program, undefined if it cannot be predicted. */
  readonly passedText: string | undefined;
  readonly secret: boolean;
  /** Parts that Pulumi changes. */
  readonly flaws: readonly ConfigFileFlaw[];
}

export type ConfigFileFlaw = Omit<ConfigFlaw, "offset"> & { readonly location: SourceLocation };

export interface ConfigFile {
  /** Name of the project, from Pulumi.yaml. */
  readonly name: string;
  /** By full key. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Keys that are declared without a default, so that the stack must set them. */
  readonly required: ReadonlyMap<string, SourceLocation>;
  /** Whether further values come from a Pulumi ESC environment. */
  readonly environment: boolean;
  /** Duplicate keys, of which Pulumi uses a random one. */
  readonly problems: readonly Problem[];
}

/** A stack's file contains values; Pulumi.yaml may contain declarations with defaults. */
export type FileKind = "stack" | "project";

/**
 * Parses the configuration in Pulumi.yaml or in a stack's file as Pulumi does.
 *
 * @param project name of the project, undefined to read it from the file
 * @throws YAMLParseError
 */
export function parseConfigFile(path: string, written: string, kind: FileKind, project?: string): ConfigFile {
  const text = written.replace(/^\uFEFF/, "");
  const { locationAt } = createTextFile(path, text);
  const document = parseDocument(text, { schema: "failsafe", uniqueKeys: false, logLevel: "silent" });
  if (document.errors[0] !== undefined) throw document.errors[0];
  const name = project ?? readName(document);
  const reading = new ConfigValueReader(document);
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
      const what = `"${full}": the key appears twice`;
      problems.push(createProblem("CONFIG_INVALID", locationAt(nodeOffset(key)), what, "Remove one of the two."));
      continue;
    }
    const { flaws, ...read } = toConfiguration(reading.read(own), own ?? key);
    values.set(full, {
      ...read,
      flaws: flaws.map(({ offset, ...flaw }) => ({ ...flaw, location: locationAt(offset) })),
    });
  }
  const environment = isMap(document.contents) && document.contents.has("environment");
  return { name, values, required, environment, problems };
}

function readName(document: Document): string {
  const name: unknown = isMap(document.contents) ? document.contents.get("name") : undefined;
  return typeof name === "string" ? name : "";
}

type ReadConfiguration = Omit<ConfigValue, "flaws"> & { readonly flaws: readonly ConfigFlaw[] };

/** Converts scalars to text: numbers as Pulumi writes them, null as "". Maps and lists are unchanged. */
function toConfiguration({ value, json, flaws, secret, source }: ReadValue, at: Node): ReadConfiguration {
  if (source === undefined) return { value, passedText: json, flaws, secret };
  // A date or a tagged value, which has a flaw already.
  if (json === undefined) return { value: source, passedText: undefined, flaws, secret };
  const passedText = json === "null" ? "" : json.startsWith('"') ? source : json;
  if (passedText === source && json !== "null") return { value: passedText, passedText, flaws: [], secret };
  const flaw = { path: [], offset: nodeOffset(at) };
  const what = "Pulumi reads null, or nothing, as an empty text";
  const changed =
    json === "null"
      ? { ...flaw, message: what, hint: 'Write "" for an empty text, or a value.' }
      : { ...flaw, message: describeConversion(source, passedText) };
  return { value: passedText, passedText, flaws: [changed], secret };
}

/** Returns the default of a declaration, or its value; a plain value is returned unchanged. undefined if there is none. */
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
