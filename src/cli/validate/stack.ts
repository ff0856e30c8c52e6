import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { variablesFrom } from "../../../infra/variables.ts";
import { didYouMean, type LoadOptions } from "../../manifest/index.ts";
import { UsageError } from "../usage.ts";

type StackOptions = Pick<LoadOptions, "stack" | "stacks" | "queues" | "production" | "variables">;

/** Names of the stacks that have a configuration in the repository, in order. */
function stackNames(root: string): string[] {
  const names = readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? []);
  return names.sort();
}

/**
 * What the Pulumi program would know, read from the files of the repository. Secrets stay encrypted: their names do.
 *
 * @throws UsageError for a stack without a configuration, or a configuration that is not YAML
 */
export function stackOptions(root: string, stack: string | undefined): StackOptions {
  const stacks = stackNames(root);
  if (stack === undefined) return { stacks };
  if (!stacks.includes(stack)) {
    const known = stacks.length === 0 ? "There is none here." : `There is ${stacks.join(", ")}.`;
    throw new UsageError(`there is no Pulumi.${stack}.yaml. ${known}${didYouMean(stack, stacks)}`);
  }
  const project = readYaml(root, "Pulumi.yaml");
  const name = typeof project.name === "string" ? project.name : "";
  const file = readdirSync(root).find((each) => each === `Pulumi.${stack}.yaml`) ?? `Pulumi.${stack}.yml`;
  const config = { ...defaults(project), ...asMap(readYaml(root, file).config) };
  const full = Object.entries(config).map(
    ([key, value]) => [key.includes(":") ? key : `${name}:${key}`, value] as const,
  );
  const secrets = new Set(full.flatMap(([key, value]) => (holdsSecret(value) ? [key] : [])));
  const values = new Map(full);
  const production = values.get("queue-seeder:production");
  return {
    stack,
    stacks,
    queues: Object.keys(asMap(values.get("queue-seeder:queues"))),
    production: [production ?? []].flat().map(String),
    variables: variablesFrom({
      project: name,
      root,
      config: Object.fromEntries(full.map(([key, value]) => [key, asText(value)])),
      isSecret: (key) => secrets.has(key),
      env: process.env,
    }),
  };
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
    return asMap(parse(readFileSync(join(root, file), "utf8")));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new UsageError(`${file} cannot be read: ${reason}. Run this in the root of the repository.`);
  }
}

/** As the engine gives configuration: scalars as text, the rest as JSON. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "secure") || Object.values(value).some(holdsSecret);
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
