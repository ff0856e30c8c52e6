import { type ConfigFlaw, measureSecret, type Variables } from "../manifest/index.ts";
import { explainMissingCommit, headCommit } from "./commit.ts";
import {
  type ConfiguredValue,
  configuredValue,
  type MergedConfiguration,
  toFlawProblem,
} from "./merged-configuration.ts";

export interface VariableSources {
  readonly project: string;
  /** Absolute path of the repository. */
  readonly root: string;
  /** The stack's configuration by full key, as Pulumi passes it: all values are text. */
  readonly config: Readonly<Record<string, string>>;
  /**
   * Checks whether a key's value is a secret. Absent in the provider, which does not receive that information, so any key may be
   * used as either; the program has rejected wrong uses before.
   */
  readonly isSecret?: (key: string) => boolean;
  /** Whether the values of secrets are in plain text, as Pulumi passes them; in files they are encrypted. */
  readonly secretsInPlain?: boolean;
  /** The configuration in the repository's files, absent if there is none. */
  readonly written?: MergedConfiguration | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Creates the variables that manifests may use, identically for the program, which checks them, and for the provider, which
 * pushes.
 */
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
    // Sizes only: code that reads manifests never receives a secret.
    secretBytes: secretsInPlain ? (name) => measureSecret(config[toConfigKey(name, project)]) : undefined,
    env,
    gitSha: once(() => headCommit(root)),
    noCommit: once(() => explainMissingCommit(root)),
  };
}

/** Calls `ask` on first use and caches the answer, so that Git runs once, and not for every message that uses the commit. */
function once<Answer>(ask: () => Answer): () => Answer {
  let asked: { readonly answer: Answer } | undefined;
  return () => {
    asked ??= { answer: ask() };
    return asked.answer;
  };
}

/** Returns the name of a key as `pulumi config set` accepts it: without a namespace, it belongs to the project. */
function toVariableName(key: string, project: string): string {
  return key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;
}

/** Returns the full key of a name in a manifest. */
function toConfigKey(name: string, project: string): string {
  return name.includes(":") ? name : `${project}:${name}`;
}

function collectFlaws(key: string, { flaws, unreadable }: ConfiguredValue): readonly ConfigFlaw[] {
  if (unreadable !== undefined) {
    const hint = "Write it as a text, or change the value that cannot be read exactly.";
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
