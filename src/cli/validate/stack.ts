import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { checkOptions } from "../../../infra/load-options.ts";
import { inspectSettings } from "../../../infra/settings.ts";
import { stackFiles } from "../../../infra/stacks.ts";
import { variablesFrom } from "../../../infra/variables.ts";
import { type FileFault, fileFault, isFileError, readRegular } from "../../file-fault.ts";
import { didYouMean, type LoadOptions, type Problem, problem } from "../../manifest/index.ts";
import { UsageError } from "../usage.ts";
import { configProblems } from "./config-problems.ts";

/** Pulumi takes `ORGANIZATION/PROJECT/STACK` for a stack; files and programs know the last part alone. */
export function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** A stack's configuration, out of the repository's files. */
export interface StackConfig {
  /** The project's name. */
  readonly project: string;
  /** Path of the stack's file, relative to the repository. */
  readonly file: string;
  /** By full key, as the files have them: maps and lists are such, and a secret is still encrypted. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly isSecret: (key: string) => boolean;
}

/** What manifests are checked with, and what is wrong with the configuration that it comes from. */
export interface StackOptions {
  readonly options: Omit<LoadOptions, "root">;
  readonly problems: readonly Problem[];
}

/** A file of the configuration cannot be read. Commands end with its message; what lists problems lists its problem. */
export class StackFileError extends UsageError {
  override name = "StackFileError";
  readonly problem: Problem;

  constructor(file: string, { why, next }: FileFault) {
    const remedy = `${next} Run this in the root of the repository.`;
    super(`${file} cannot be read: ${why}. ${remedy}`);
    this.problem = problem(
      "FILE_UNREADABLE",
      { file, line: 1, column: 1 },
      `the stack's configuration cannot be read: ${why}`,
      remedy,
    );
  }
}

/**
 * What the Pulumi program would know, read from the files of the repository. Secrets stay encrypted: their names do.
 *
 * @throws UsageError for a stack without a configuration, or a configuration that is not YAML; StackFileError
 */
export function stackOptions(root: string, stack: string | undefined): StackOptions {
  if (stack === undefined) return { options: { stacks: [...stackFiles(root).keys()] }, problems: [] };
  const config = readStackConfig(root, stack);
  const { faults } = settingsOf(config);
  return { options: optionsOf(root, stack, config), problems: configProblems(root, config, faults) };
}

/** @throws UsageError as {@link stackOptions} does */
export function readStackConfig(root: string, stack: string): StackConfig {
  const stacks = stackFiles(root);
  const file = stacks.get(stack);
  if (file === undefined) {
    const names = [...stacks.keys()];
    const known = names.length === 0 ? "There is none here." : `There is ${names.join(", ")}.`;
    throw new UsageError(`there is no Pulumi.${stack}.yaml. ${known}${didYouMean(stack, names)}`);
  }
  const declared = readYaml(root, "Pulumi.yaml");
  const project = typeof declared.name === "string" ? declared.name : "";
  const config = { ...defaults(declared), ...asMap(readYaml(root, file).config) };
  const full = Object.entries(config).map(
    ([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value] as const,
  );
  const secrets = new Set(full.flatMap(([key, value]) => (holdsSecret(value) ? [key] : [])));
  return { project, file, values: new Map(full), isSecret: (key) => secrets.has(key) };
}

/** What manifests are read with for a stack of this configuration. */
export function optionsOf(root: string, stack: string, config: StackConfig): StackOptions["options"] {
  const { project, values, isSecret } = config;
  return {
    ...checkOptions(root, stack, settingsOf(config).settings),
    variables: variablesFrom({
      project,
      root,
      config: Object.fromEntries([...values].map(([key, value]) => [key, asText(value)])),
      isSecret,
      env: process.env,
    }),
  };
}

/** The program's own reading of the configuration. A secret is taken for something of the right form. */
export function settingsOf({ values }: Pick<StackConfig, "values">): ReturnType<typeof inspectSettings> {
  const value = (key: string) => withoutSecrets(values.get(`queue-seeder:${key}`));
  const get = (key: string) => {
    const found = value(key);
    return found === undefined ? undefined : asText(found);
  };
  const getObject = (key: string): unknown => {
    const found = value(key);
    return typeof found === "string" ? JSON.parse(found) : found;
  };
  return inspectSettings({ get, getObject }, process.env);
}

/** Of the project's declared configuration, what has a value or a default. */
function defaults(project: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const declared = Object.entries(asMap(project.config)).flatMap(([key, value]) => {
    const given = typeof value === "object" && value !== null ? (asMap(value).value ?? asMap(value).default) : value;
    return given === undefined ? [] : [[key, given] as const];
  });
  return Object.fromEntries(declared);
}

function readYaml(root: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return asMap(parse(readRegular(join(root, file)).toString("utf8")));
  } catch (error) {
    if (error instanceof YAMLParseError) {
      const [{ line, col } = { line: 1, col: 1 }] = error.linePos ?? [];
      const what = error.message.replace(/ at line \d+, column \d+:[\s\S]*$/, "");
      throw new UsageError(`${file}:${line}:${col} is no YAML: ${what}. Correct it there.`);
    }
    if (!isFileError(error)) throw error;
    throw new StackFileError(file, fileFault(error));
  }
}

/** As the engine gives configuration: scalars as text, the rest as JSON. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Of a value that is a secret as a whole nothing is left; inside a map, a word stands for it. */
function withoutSecrets(value: unknown): unknown {
  const inner = (each: unknown): unknown => {
    if (typeof each !== "object" || each === null) return each;
    if (Object.hasOwn(each, "secure")) return "secret";
    if (Array.isArray(each)) return each.map(inner);
    return Object.fromEntries(Object.entries(each).map(([key, of]) => [key, inner(of)]));
  };
  return typeof value === "object" && value !== null && Object.hasOwn(value, "secure") ? undefined : inner(value);
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "secure") || Object.values(value).some(holdsSecret);
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
