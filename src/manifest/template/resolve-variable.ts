import type { JsonValue } from "../../types.ts";
import { parseExactly } from "../json/exact-json.ts";
import { findSpelling } from "../json/number-spelling.ts";
import { didYouMean } from "../problem/did-you-mean.ts";
import { quote } from "../problem/problem.ts";
import { isSensitiveName } from "./sensitive-names.ts";
import { formatStep, splitName } from "./variable-name.ts";
import type { LookupResult, Scope } from "./variables.ts";

const rootNames = ["stack", "project", "config.NAME", "env.NAME", "git.sha", "secret.NAME"];

/** The contexts of local variables, for the error if one is used elsewhere. */
const localVariables: Readonly<Record<string, string>> = {
  item: "in a message that has for_each",
  index: "in a message that has for_each",
  row: "in the map of a source",
};

/** Looks up a variable. */
export function resolveVariable(name: string, scope: Scope): LookupResult {
  const path = splitName(name);
  const [head = ""] = path;
  if (scope.pending?.includes(head)) return { kind: "unknown" };
  if (Object.hasOwn(scope.local, head)) return resolvePath(name, scope.local, path);
  const found = resolveShared(name, head, path.slice(1), scope);
  scope.onLookup?.(name, found);
  return found;
}

/** Looks up a variable that is the same in the whole manifest. */
function resolveShared(name: string, head: string, steps: readonly string[], scope: Scope): LookupResult {
  const { variables, local } = scope;
  const rest = steps.join(".");
  if (name === "stack")
    return scope.stack === undefined ? unknownVariable(name, scope) : { kind: "value", value: scope.stack };
  if (name === "project")
    return variables.project ? { kind: "value", value: variables.project } : unknownVariable(name, scope);
  if (name === "git.sha") return resolveGit(name, scope);
  if (rest !== "" && head === "config") return resolveConfig(name, rest, steps, scope);
  if (rest !== "" && head === "secret") return resolveSecret(name, rest, scope);
  if (rest !== "" && head === "env") return resolveEnvironment(name, rest, scope);
  const where = Object.hasOwn(localVariables, head)
    ? ` ${head} exists ${localVariables[head]}.`
    : didYouMean(name, rootNames);
  const all = [...Object.keys(local), ...rootNames].join(", ");
  const hint = `Known variables: ${all}.${where} Write $\${ for the literal characters \${.`;
  return { kind: "problem", code: "VARIABLE_UNKNOWN", message: `unknown variable ${quote(name)}`, hint };
}

function resolveGit(name: string, scope: Scope): LookupResult {
  const { gitSha, noCommit } = scope.variables;
  if (gitSha === undefined) return unknownVariable(name, scope);
  const value = gitSha();
  if (value !== undefined) return { kind: "value", value };
  return undefinedVariable(name, noCommit?.() ?? "Deploy from a Git repository that has a commit.");
}

function resolveConfig(name: string, key: string, steps: readonly string[], scope: Scope): LookupResult {
  const { config, secrets } = scope.variables;
  if (config === undefined) return unknownVariable(name, scope);
  if (Object.hasOwn(config, key)) return findFlaw(key, [], scope) ?? resolvePath(name, config, [key]);
  const [first = "", ...inner] = steps;
  if (Object.hasOwn(config, first)) {
    return findFlaw(first, inner, scope) ?? resolvePath(name, withParsedJson(config, first), steps);
  }
  if (secrets?.includes(key)) {
    return undefinedVariable(name, `${quote(key)} is a secret in the stack's configuration: write \${secret.${key}}.`);
  }
  const next = `Set it with "pulumi config set ${key} …".${didYouMean(key, Object.keys(config))}`;
  return undefinedVariable(name, next);
}

/** Returns the first reason not to use a configuration value, or a part of it. */
function findFlaw(key: string, steps: readonly string[], { variables }: Scope): LookupResult | undefined {
  const error = variables.configFlaws
    ?.get(key)
    ?.find(({ path }) => path.slice(0, steps.length).every((step, index) => step === steps[index]));
  if (error === undefined) return undefined;
  const { message, hint, location } = error;
  return { kind: "problem", code: "CONFIG_INVALID", message, hint, ...(location !== undefined && { location }) };
}

/** Parses a configuration text as JSON, if a part of it is requested. */
function withParsedJson(config: Readonly<Record<string, JsonValue>>, key: string): Readonly<Record<string, JsonValue>> {
  const text = config[key];
  const parsed = typeof text === "string" && /^\s*[[{]/.test(text) ? parseExactly(text, text.length) : undefined;
  return parsed?.ok ? { [key]: parsed.value } : config;
}

function resolveSecret(name: string, key: string, scope: Scope): LookupResult {
  const { config, secrets } = scope.variables;
  if (secrets === undefined && scope.stack !== undefined) return unknownVariable(name, scope);
  if (secrets === undefined || secrets.includes(key)) return { kind: "secret", name: key };
  if (config !== undefined && Object.hasOwn(config, key)) {
    return undefinedVariable(name, `${quote(key)} is not a secret: write \${config.${key}}, or set it with --secret.`);
  }
  const next = `Set it with "pulumi config set --secret ${key} …".${didYouMean(key, secrets)}`;
  return undefinedVariable(name, next);
}

function resolveEnvironment(name: string, key: string, scope: Scope): LookupResult {
  const { env, variables } = scope;
  if (!env.includes(key)) {
    const message = `the manifest does not list the environment variable ${quote(key)}`;
    const hint = `Add "env: [${key}]" to the manifest, so that a reviewer sees what it reads.${didYouMean(key, env)}`;
    return { kind: "problem", code: "VARIABLE_NOT_LISTED", message, hint };
  }
  const found =
    variables.env === undefined
      ? unknownVariable(name, scope)
      : assertDefined(name, variables.env[key], `Set ${key} in the environment of the deployment.`);
  if (!isSensitiveName(key)) return found;
  // Its value is only for the push, like that of a secret in the configuration.
  return { kind: "secret", name: key, from: "env", ...(found.kind === "problem" && { missing: found }) };
}

/** Without a stack, the value is unknown; with a stack, a missing value is a problem. */
function unknownVariable(name: string, { stack }: Scope): LookupResult {
  return stack === undefined ? { kind: "unknown" } : undefinedVariable(name, "It is not available in this context.");
}

function assertDefined(name: string, value: string | undefined, next: string): LookupResult {
  return value === undefined ? undefinedVariable(name, next) : { kind: "value", value };
}

/** Follows keys and indexes into `all`, whose first step it has. Only own properties are followed. */
function resolvePath(name: string, all: Readonly<Record<string, JsonValue>>, path: readonly string[]): LookupResult {
  const [first = ""] = path;
  let value: JsonValue = all[first] ?? null;
  for (let index = 1; index < path.length; index += 1) {
    const step = path[index] ?? "";
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return undefinedVariable(name, describeAvailable(value, first, path.slice(1), index - 1));
    }
    value = (value as Readonly<Record<string, JsonValue>>)[step] ?? null;
  }
  const text = typeof value === "number" ? findSpelling(all, path) : undefined;
  return text === undefined ? { kind: "value", value } : { kind: "value", value, text };
}

/** Describes what a value has instead of a missing step. */
function describeAvailable(at: JsonValue, first: string, steps: readonly string[], index: number): string {
  const keys = typeof at === "object" && at !== null ? Object.keys(at) : [];
  const dotted = steps.slice(index).join(".");
  if (keys.includes(dotted)) {
    const known = [...steps.slice(0, index), dotted].map(formatStep).join("");
    return `Its key has a dot: write \${${first}${known}}.`;
  }
  if (keys.length === 0) return "It has no keys.";
  return `It has ${keys.slice(0, 20).join(", ")}.${didYouMean(steps[index] ?? "", keys)}`;
}

function undefinedVariable(name: string, hint: string): LookupResult {
  return { kind: "problem", code: "VARIABLE_UNDEFINED", message: `the variable ${quote(name)} has no value`, hint };
}
