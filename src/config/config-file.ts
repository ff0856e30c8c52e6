import { type Document, isMap, isScalar, type Node, parseDocument } from "yaml";
import { createProblem, createTextFile, type Problem } from "../manifest/index.ts";
import type { JsonValue, SourceLocation } from "../types.ts";
import {
  becomes,
  type ConfigFlaw,
  ConfigReading,
  keyText,
  type Pair,
  pairsOf,
  type ReadValue,
} from "./config-value.ts";
import { readPlain } from "./pulumi-yaml.ts";

/** A value of the configuration as a file writes it, and what the engine makes of it. */
export interface WrittenValue {
  /** What manifests get: text, or a map or a list. Where a part is encrypted, a word stands for it. */
  readonly value: JsonValue;
  /** The text that the engine hands to the program; undefined: it is not foretold. */
  readonly given: string | undefined;
  readonly secret: boolean;
  /** What the engine changes. */
  readonly flaws: readonly WrittenFlaw[];
}

export type WrittenFlaw = Omit<ConfigFlaw, "offset"> & { readonly place: SourceLocation };

export interface ConfigFile {
  /** The project's, in Pulumi.yaml. */
  readonly name: string;
  /** By full key. */
  readonly values: ReadonlyMap<string, WrittenValue>;
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
  const name = project ?? nameIn(document);
  const reading = new ConfigReading(document);
  const values = new Map<string, WrittenValue>();
  const required = new Map<string, SourceLocation>();
  const problems: Problem[] = [];
  for (const { key, value } of pairsOf(isMap(document.contents) ? document.contents.get("config", true) : undefined)) {
    const short = keyText(key);
    const full = short.includes(":") ? short : `${name}:${short}`;
    const own = kind === "stack" ? value : defaultOf(value);
    if (own === undefined) {
      if (full.startsWith(`${name}:`)) required.set(full, locationAt(offsetOf(key)));
      continue;
    }
    if (values.has(full)) {
      const what = `"${full}": the key is there already`;
      problems.push(createProblem("CONFIG_INVALID", locationAt(offsetOf(key)), what, "Remove one of the two."));
      continue;
    }
    const { flaws, ...read } = asConfiguration(reading.read(own), own ?? key);
    values.set(full, { ...read, flaws: flaws.map(({ offset, ...flaw }) => ({ ...flaw, place: locationAt(offset) })) });
  }
  const environment = isMap(document.contents) && document.contents.has("environment");
  return { name, values, required, environment, problems };
}

function nameIn(document: Document): string {
  const name: unknown = isMap(document.contents) ? document.contents.get("name") : undefined;
  return typeof name === "string" ? name : "";
}

type Configured = Omit<WrittenValue, "flaws"> & { readonly flaws: readonly ConfigFlaw[] };

/** What is neither a map nor a list becomes text: numbers as the engine writes them, and null as an empty one. */
function asConfiguration({ value, json, flaws, secret, source }: ReadValue, at: Node): Configured {
  if (source === undefined) return { value, given: json, flaws, secret };
  // A date, or what has a tag: it has its flaw.
  if (json === undefined) return { value: source, given: undefined, flaws, secret };
  const given = json === "null" ? "" : json.startsWith('"') ? source : json;
  if (given === source && json !== "null") return { value: given, given, flaws: [], secret };
  const flaw = { path: [], offset: offsetOf(at) };
  const what = "Pulumi reads null, or nothing, as an empty text";
  const changed =
    json === "null"
      ? { ...flaw, what, next: 'Write "" for an empty text, or a value.' }
      : { ...flaw, what: becomes(source, given) };
  return { value: given, given, flaws: [changed], secret };
}

/** A declaration's default, or else its value; what is no declaration is the value itself. undefined: there is none. */
function defaultOf(value: Pair["value"]): Pair["value"] | undefined {
  if (!isMap(value)) return value;
  const of = (name: string) => pairsOf(value).find(({ key }) => keyText(key) === name)?.value;
  return [of("default"), of("value")].find((node) => node && !isNothing(node)) ?? undefined;
}

function isNothing(node: Node): boolean {
  return isScalar(node) && node.type === "PLAIN" && readPlain(node.source ?? "").kind === "null";
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
