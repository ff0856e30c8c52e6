import { type ConfigFlaw, measureSecret, type Variables } from "../manifest/index.ts";
import { explainMissingCommit, headCommit } from "./commit.ts";
import {
  type ConfiguredValue,
  configuredValue,
  type StackConfiguration,
  toFlawProblem,
} from "./stack-configuration.ts";

export interface VariableSources {
  readonly project: string;
  /** Absolute path of the repository. */
  readonly root: string;
  /** The stack's configuration by full key, as the engine gives it: every value is text. */
  readonly config: Readonly<Record<string, string>>;
  /**
   * Whether a key's value is a secret. The provider is not told, so there any key may be either; what names one as the
   * other, the program refused before.
   */
  readonly isSecret?: (key: string) => boolean;
  /** Whether the values of secrets are there in plain text, as the engine gives them; in files they are encrypted. */
  readonly secretsInPlain?: boolean;
  /** The configuration as the repository's files have it; absent: they do not. */
  readonly written?: StackConfiguration | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** What manifests may name, the same in the program, which checks them, and in the provider, which pushes them. */
export function createVariables(sources: VariableSources): Variables {
  const { project, root, config, isSecret, secretsInPlain = false, written, env } = sources;
  const secrets = Object.keys(config).filter(isSecret ?? (() => true));
  const plain = Object.entries(config).filter(([key]) => !isSecret?.(key));
  const values = plain.map(([key, text]) => [key, configuredValue(text, written?.values.get(key))] as const);
  return {
    project,
    config: Object.fromEntries(values.map(([key, { value }]) => [toVariableName(key, project), value])),
    configFlaws: new Map(values.map(([key, value]) => [toVariableName(key, project), collectFlaws(key, value)])),
    secrets: secrets.map((key) => toVariableName(key, project)),
    // The sizes alone: nothing that reads manifests ever holds a secret.
    secretBytes: secretsInPlain ? (name) => measureSecret(config[toConfigKey(name, project)]) : undefined,
    env,
    gitSha: once(() => headCommit(root)),
    noCommit: once(() => explainMissingCommit(root)),
  };
}

/** Asks Git when it is needed, and not again for every message that names the commit. */
function once<Answer>(ask: () => Answer): () => Answer {
  let asked: { readonly answer: Answer } | undefined;
  return () => {
    asked ??= { answer: ask() };
    return asked.answer;
  };
}

/** As `pulumi config set` takes it: without a namespace it is the project's. */
function toVariableName(key: string, project: string): string {
  return key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;
}

/** The full key of what manifests name. */
function toConfigKey(name: string, project: string): string {
  return name.includes(":") ? name : `${project}:${name}`;
}

function collectFlaws(key: string, { flaws, unreadable }: ConfiguredValue): readonly ConfigFlaw[] {
  if (unreadable !== undefined) {
    const hint = "Give it as a text, or change what cannot be read exactly.";
    return [
      {
        path: [],
        message: `"${key}" in the configuration is JSON that is not exact: ${unreadable}`,
        hint,
        location: undefined,
      },
    ];
  }
  return flaws.map((flaw) => {
    const { message, hint, location } = toFlawProblem(key, flaw);
    return { path: flaw.path, message, hint, location };
  });
}
