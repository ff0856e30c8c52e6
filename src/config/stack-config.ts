import { join } from "node:path";
import { YAMLParseError } from "yaml";
import { describeFileError, type FileErrorDescription, isFileError, readRegularFile } from "../file-error.ts";
import { toObject } from "../json-object.ts";
import {
  compareProblems,
  createProblem,
  decodeText,
  didYouMean,
  formatDiagnostic,
  type LoadOptions,
  type Problem,
  ProblemCollector,
} from "../manifest/index.ts";
import type { JsonValue } from "../types.ts";
import { UsageError } from "../usage-error.ts";
import { toCheckOptions } from "./check-options.ts";
import { type ConfigIssue, createIssue } from "./config-issues.ts";
import { configProblems } from "./config-problems.ts";
import { type MergedConfiguration, mergeConfiguration, toProblems } from "./merged-configuration.ts";
import { type ConfigFile, type FileKind, parseConfigFile } from "./parse-config-file.ts";
import { secretTag } from "./read-config-value.ts";
import { inspectSettings } from "./settings.ts";
import { listStackFiles } from "./stack-files.ts";
import { createVariables } from "./variables.ts";

/**
 * Returns the last part of `ORGANIZATION/PROJECT/STACK`, a stack name that Pulumi accepts; files and programs only use the last
 * part.
 */
export function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** A stack's configuration, read from the repository's files. */
export interface StackConfig {
  /** Name of the project. */
  readonly project: string;
  /** Path of the stack's file, relative to the repository. */
  readonly file: string;
  /** Values by full key, as Pulumi passes them: text, maps or lists, in which encrypted parts are replaced with a placeholder. */
  readonly values: ReadonlyMap<string, JsonValue>;
  readonly isSecret: (key: string) => boolean;
  readonly written: MergedConfiguration;
}

/** Options for checking manifests, and the problems of the configuration they come from. */
export interface StackOptions {
  readonly options: Omit<LoadOptions, "root">;
  readonly problems: readonly Problem[];
}

/** Thrown if a configuration file is invalid. Commands print its message; reports of problems include its problem. */
export class StackFileError extends UsageError {
  override name = "StackFileError";
  readonly problem: Problem;

  constructor(found: Problem, message = formatDiagnostic(found)) {
    super(message);
    this.problem = found;
  }
}

/**
 * Reads from the repository's files what the Pulumi program would receive. Secrets stay encrypted, only their names are known.
 *
 * @throws UsageError for a stack without a configuration; StackFileError for an invalid file
 */
export function stackOptions(root: string, stack: string | undefined): StackOptions {
  if (stack === undefined) return { options: { stacks: [...listStackFiles(root).keys()] }, problems: [] };
  const config = readStackConfig(root, stack);
  const { faults: others } = toSettings(config);
  const issues = [...others, ...secretIds(config)];
  const { written } = config;
  const changed = toProblems(written);
  const problems = [...written.problems, ...written.missing, ...changed, ...configProblems(root, config, issues)];
  return { options: toOptions(root, stack, config), problems: problems.sort(compareProblems) };
}

/** Reads the configuration of a stack. @throws UsageError, StackFileError as {@link stackOptions} does */
export function readStackConfig(root: string, stack: string): StackConfig {
  const stacks = listStackFiles(root);
  const file = stacks.get(stack);
  if (file === undefined) {
    const names = [...stacks.keys()];
    const known =
      names.length === 0
        ? "This folder has no Pulumi.NAME.yaml: run the command in the root of the project."
        : `Known stacks: ${names.join(", ")}.`;
    throw new UsageError(`there is no Pulumi.${stack}.yaml. ${known}${didYouMean(stack, names)}`);
  }
  const declared = readFile(root, "Pulumi.yaml", "project");
  const project = declared.name;
  const written = mergeConfiguration(declared, readFile(root, file, "stack", project));
  const values = new Map([...written.values].map(([key, { value }]) => [key, value]));
  return { project, file, values, isSecret: (key) => written.values.get(key)?.secret ?? false, written };
}

/** Returns the options for reading the manifests of a stack with this configuration. */
export function toOptions(root: string, stack: string, config: StackConfig): StackOptions["options"] {
  const { project, values, isSecret, written } = config;
  return {
    ...toCheckOptions(root, stack, toSettings(config).settings),
    variables: createVariables({
      project,
      root,
      config: Object.fromEntries(
        [...values].map(([key, value]) => [key, written.values.get(key)?.passedText ?? toText(value)]),
      ),
      isSecret,
      written,
      env: process.env,
    }),
  };
}

/** Reads the settings as the program does. A secret is assumed to have a valid form. */
export function toSettings({
  values,
  isSecret,
  written: { environment },
}: Pick<StackConfig, "values" | "isSecret" | "written">): ReturnType<typeof inspectSettings> {
  const value = (key: string) => {
    const found = values.get(`queue-seeder:${key}`);
    // A secret is encrypted in the file, so its value cannot be checked here.
    return typeof found === "string" && isSecret(`queue-seeder:${key}`) ? undefined : found;
  };
  const get = (key: string) => {
    const found = value(key);
    return found === undefined ? undefined : toText(found);
  };
  const getObject = (key: string): unknown => {
    const found = value(key);
    return typeof found === "string" ? JSON.parse(found) : found;
  };
  const isHidden = (key: string) => isSecret(`queue-seeder:${key}`) || (environment && value(key) === undefined);
  return inspectSettings({ get, getObject, isHidden }, process.env);
}

/** Ids are stored in plans and in the state and are compared there, so an id must not be a secret. */
function secretIds({ values, isSecret }: Pick<StackConfig, "values" | "isSecret">): readonly ConfigIssue[] {
  const queues = values.get("queue-seeder:queues");
  if (!isSecret("queue-seeder:queues") || typeof queues !== "object" || queues === null) return [];
  return Object.entries(queues).flatMap(([name, queue]: [string, JsonValue]) => {
    const { id } = toObject(queue);
    const next = "Set it without --secret: an id gives no access.";
    return id === secretTag ? [createIssue(["queues", name, "id"], "it is a secret, and plans show it", next)] : [];
  });
}

function readFile(root: string, file: string, kind: FileKind, project?: string): ConfigFile {
  try {
    return parseConfigFile(file, readText(root, file), kind, project);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [{ line, col } = { line: 1, col: 1 }] = error.linePos ?? [];
    const reason = error.message.replace(/ at line \d+, column \d+:[\s\S]*$/, "");
    const what = `the configuration is not YAML: ${reason}`;
    throw new StackFileError(createProblem("YAML_SYNTAX", { file, line, column: col }, what, "Correct the file."));
  }
}

/** Reads a file and rejects content that its author did not write, such as a Git LFS pointer, which is also valid YAML. */
function readText(root: string, file: string): string {
  const problems = new ProblemCollector();
  try {
    const text = decodeText(file, readRegularFile(join(root, file)), problems)?.text;
    if (text !== undefined) return text;
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw unreadable(file, describeFileError(error));
  }
  const [first] = problems.sorted();
  throw first === undefined ? new Error(`${file} has no text, and no problem was reported`) : new StackFileError(first);
}

function unreadable(file: string, { reason, hint }: FileErrorDescription): StackFileError {
  const remedy = `${hint} Run this in the root of the repository.`;
  const what = `the stack's configuration cannot be read: ${reason}`;
  const found = createProblem("FILE_UNREADABLE", { file, line: 1, column: 1 }, what, remedy);
  return new StackFileError(found, `${file} cannot be read: ${reason}. ${remedy}`);
}

function toText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
