import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import { parse as parseToml, TomlError } from "smol-toml";
import { isObject, type JsonObject } from "../../json-object.ts";

/** Thrown if a wrangler configuration is invalid. The message contains the location, the reason and the remedy. */
export class WranglerConfigError extends Error {
  override name = "WranglerConfigError";
}

/** A map in the configuration, unvalidated. */
export type ConfigTable = JsonObject;

/** A Worker's configuration in one environment. Keys are wrangler's. */
export interface WranglerConfig {
  /** Absolute path. */
  readonly path: string;
  /** undefined for the top level. */
  readonly environment: string | undefined;
  /** The effective values in this environment. */
  readonly values: ConfigTable;
}

/** In wrangler's search order. */
const names = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"] as const;

/** Configuration keys of bindings that a rehearsal cannot emulate, each of which an environment does not inherit. */
export const unemulatedBindings = [
  "services",
  "vectorize",
  "hyperdrive",
  "analytics_engine_datasets",
  "workflows",
  "ai",
  "browser",
  "images",
  "send_email",
  "mtls_certificates",
  "dispatch_namespaces",
  "pipelines",
  "secrets_store_secrets",
  "ratelimits",
  "worker_loaders",
  "vpc_services",
  "unsafe",
] as const;

/**
 * Keys that an environment does not inherit from the top level. Source:
 * https://developers.cloudflare.com/workers/wrangler/configuration/
 */
const notInherited = new Set([
  "vars",
  "secrets",
  "durable_objects",
  "kv_namespaces",
  "r2_buckets",
  "d1_databases",
  "queues",
  ...unemulatedBindings,
  "define",
  "tail_consumers",
  "cloudchamber",
  "containers",
]);

/**
 * Finds the configuration in the folder of a Worker's file or in one of its parents.
 *
 * @param from path of the Worker's file or of a folder
 * @param until last folder to search
 */
export function findWranglerConfig(from: string, until: string): string | undefined {
  let folder = isFolder(from) ? resolve(from) : dirname(resolve(from));
  const last = resolve(until);
  for (;;) {
    const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    const above = dirname(folder);
    if (folder === last || above === folder) return undefined;
    folder = above;
  }
}

/** Checks by its name whether a file is a wrangler configuration and not a Worker's code. */
export function isConfigName(file: string): boolean {
  return /\.(?:toml|jsonc?)$/.test(basename(file));
}

/** Reads the configuration of an environment. @throws WranglerConfigError */
export function readWranglerConfig(path: string, environment: string | undefined): WranglerConfig {
  const top = parse(path, readText(path));
  if (environment === undefined) return { path, environment, values: top };
  const { env: environments, ...shared } = top;
  const all = toTable(environments) ?? {};
  const own = Object.hasOwn(all, environment) ? toTable(all[environment]) : undefined;
  if (own === undefined) {
    const known = Object.keys(all);
    const next = known.length === 0 ? "It has none: omit --env." : `It has ${known.join(", ")}.`;
    throw new WranglerConfigError(`${path} has no environment ${environment}. ${next}`);
  }
  const inherited = Object.entries(shared).filter(([key]) => !notInherited.has(key));
  return { path, environment, values: { ...Object.fromEntries(inherited), ...own } };
}

export function toTable(value: unknown): ConfigTable | undefined {
  return isObject(value) ? value : undefined;
}

/** Returns the tables of a list; other elements are skipped, since wrangler itself reports them. */
export function toTables(value: unknown): readonly ConfigTable[] {
  return Array.isArray(value) ? value.map(toTable).filter((table) => table !== undefined) : [];
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new WranglerConfigError(`${path} cannot be read: ${(error as Error).message}. Name another with --config.`);
  }
}

function parse(path: string, text: string): ConfigTable {
  const value = path.endsWith(".toml") ? fromToml(path, text) : fromJsonc(path, text);
  const table = toTable(value);
  if (table === undefined) throw new WranglerConfigError(`${path} is not a map of settings. Correct the file.`);
  return table;
}

function fromToml(path: string, text: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [why = ""] = error.message.split("\n");
    throw new WranglerConfigError(`${path}:${error.line}:${error.column}: it is not TOML: ${why}. Correct the file.`);
  }
}

function fromJsonc(path: string, text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return value;
  const before = text.slice(0, first.offset).split("\n");
  const location = `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  throw new WranglerConfigError(`${location}: it is not JSON: ${printParseErrorCode(first.error)}. Correct the file.`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
