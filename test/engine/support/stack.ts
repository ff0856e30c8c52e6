import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { ProcessResult, RunningProcess } from "../../../src/engine/child-process.ts";
import { makeProject, type Project, type ProjectOptions, type RunOptions } from "./project.ts";
import { hasVault } from "./shared-folder.ts";
import { makeFromTemplate } from "./stack-templates.ts";
import { vaultKey } from "./vault.ts";

/** Values by full key (`queue-seeder:accountId`): as in the stack file, or a secret, which the CLI encrypts. */
export type Config = Readonly<Record<string, unknown>>;

export interface StackOptions extends ProjectOptions {
  /** Default: `test`. */
  readonly name?: string;
  readonly config?: Config;
  /** Whether the stack's key is derived from the passphrase, as is Pulumi's default, although a faster one is available. */
  readonly passphrase?: boolean;
}

export interface UpOptions extends RunOptions {
  /** Whether Pulumi previews before the update, as is its default. Default here: no, since it doubles the time. */
  readonly preview?: boolean;
}

/** A stack of a project. Its runs resolve to the CLI's exit code and output; they never throw on a failure. */
export interface Stack {
  readonly name: string;
  readonly project: Project;
  up(options?: UpOptions): Promise<ProcessResult>;
  preview(options?: RunOptions): Promise<ProcessResult>;
  refresh(options?: UpOptions): Promise<ProcessResult>;
  destroy(options?: UpOptions): Promise<ProcessResult>;
  spawnUp(options?: UpOptions): RunningProcess;
  /** Runs any other command for this stack, such as `["cancel", "--yes"]`. */
  pulumi(args: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  /** Returns the outputs of the last run from the state file, in which secret ones are encrypted. */
  outputs(): Record<string, unknown>;
  /** Returns the text of the state file. */
  exportState(): string;
  /** Adds or replaces values in the stack's configuration. */
  setConfig(config: Config): Promise<void>;
}

/** A stack that owns its project, and is disposed with it. */
export interface OwnStack extends Stack, AsyncDisposable, Pick<Project, "write" | "remove" | "processes"> {}

/** `await using stack = await makeStack({ files, config })`. The first stack of its kind takes one or two runs of the CLI. */
export async function makeStack({
  name = "test",
  config = {},
  passphrase = !hasVault,
  ...options
}: StackOptions = {}): Promise<OwnStack> {
  const project = makeProject(options);
  try {
    const { write, remove, processes } = project;
    const stack = await addStack(project, name, config, passphrase ? "passphrase" : vaultKey);
    return { ...stack, write, remove, processes, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() };
  } catch (error) {
    await project[Symbol.asyncDispose]();
    throw error;
  }
}

/** Adds another stack to the same project. @param secretsProvider as Pulumi names it */
export async function addStack(
  project: Project,
  name: string,
  config: Config = {},
  secretsProvider = hasVault ? vaultKey : "passphrase",
): Promise<Stack> {
  const command = (what: string, { preview = false, ...options }: UpOptions = {}): [string[], RunOptions] => [
    [what, "--stack", name, "--yes", ...(preview ? [] : ["--skip-preview"])],
    options,
  ];
  const stateFile = join(project.dir, "../state/.pulumi/stacks", projectName(project), `${name}.json`);
  const stack: Stack = {
    name,
    project,
    up: (options) => project.pulumi(...command("up", options)),
    preview: (options) => project.pulumi(["preview", "--stack", name], options),
    refresh: (options) => project.pulumi(...command("refresh", options)),
    destroy: (options) => project.pulumi(...command("destroy", options)),
    spawnUp: (options) => project.spawn(...command("up", options)),
    pulumi: (args, options) => project.pulumi([...args, "--stack", name], options),
    outputs: () => outputsOf(readFileSync(stateFile, "utf8")),
    exportState: () => readFileSync(stateFile, "utf8"),
    async setConfig(added) {
      await setSecrets(stack, secretsIn(added));
      setPlain(stack, added);
    },
  };
  const secrets = secretsIn(config);
  await makeFromTemplate(
    project,
    { projectName: projectName(project), stack: name, secretsProvider, secrets },
    async () => {
      // Without --no-select, Pulumi would look for the stack only in the project's folder.
      assertSucceeded(
        await project.pulumi(["stack", "init", name, "--no-select", "--secrets-provider", secretsProvider]),
      );
      await setSecrets(stack, secrets);
    },
  );
  setPlain(stack, config);
  return stack;
}

async function setSecrets(stack: Stack, secrets: Readonly<Record<string, string>>): Promise<void> {
  const args = Object.entries(secrets).flatMap(([key, value]) => ["--secret", `${key}=${value}`]);
  if (args.length > 0) assertSucceeded(await stack.pulumi(["config", "set-all", ...args]));
}

function setPlain(stack: Stack, config: Config): void {
  const plain = Object.entries(config).filter(([, value]) => !isSecret(value));
  if (plain.length === 0) return;
  const file = join(stack.project.dir, `Pulumi.${stack.name}.yaml`);
  const old = parse(readFileSync(file, "utf8"));
  writeFileSync(file, stringify({ ...old, config: { ...old.config, ...Object.fromEntries(plain) } }));
}

function secretsIn(config: Config): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (isSecret(value) ? [[key, value.secret]] : [])),
  );
}

function isSecret(value: unknown): value is { readonly secret: string } {
  return typeof value === "object" && value !== null && "secret" in value && typeof value.secret === "string";
}

function projectName(project: Project): string {
  return parse(readFileSync(join(project.dir, "Pulumi.yaml"), "utf8")).name;
}

function outputsOf(state: string): Record<string, unknown> {
  const resources: readonly { type: string; outputs?: Record<string, unknown> }[] =
    JSON.parse(state).checkpoint.latest.resources ?? [];
  return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

function assertSucceeded({ code, stderr }: ProcessResult): void {
  if (code !== 0) throw new Error(`The CLI refused to set the stack up: ${stderr}`);
}
