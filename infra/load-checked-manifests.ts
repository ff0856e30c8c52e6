import { ConfigError } from "../src/cloudflare/config-error.ts";
import { resolveBaseUrl } from "../src/cloudflare/endpoint.ts";
import { toCheckOptions } from "../src/config/check-options.ts";
import { readConfiguration, toProblems } from "../src/config/merged-configuration.ts";
import { isSetByRepository } from "../src/config/repository-environment.ts";
import { readSettings, type Settings, SettingsError } from "../src/config/settings.ts";
import { createVariables } from "../src/config/variables.ts";
import { findPlugAndPlay } from "../src/engine/plug-and-play.ts";
import { type LoadedSegments, loadSegments } from "../src/lifecycle/source/load-segments.ts";
import { formatDiagnostic, type Problem, type Variables } from "../src/manifest/index.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { isSecretKey } from "./pulumi-internals/secret-keys.ts";
import { readRecordedSources } from "./recorded-segments.ts";

/** Selects the manifests that a component deploys. */
export interface ManifestFilter {
  /** Files or folders, relative to the repository. */
  readonly files: readonly string[];
  /** Names of the queues in the program, undefined to accept any. */
  readonly queues: readonly string[] | undefined;
}

/**
 * Reads and checks the stack's manifests, and logs warnings.
 *
 * @throws pulumi.RunError with every problem, before anything is registered; Pulumi displays it without a stack trace
 */
export async function loadManifestsOrThrow(
  settings: Settings,
  root: string,
  filter?: ManifestFilter,
): Promise<LoadedSegments> {
  const { queues, ...context } = toCheckOptions(root, pulumi.getStack(), settings);
  const known = filter === undefined ? queues : filter.queues;
  const loaded = await loadSegments({
    root,
    ...context,
    ...(known !== undefined && { queues: known }),
    ...(filter !== undefined && { files: filter.files }),
    variables: programVariables(root),
    recordedSources: readRecordedSources,
  });
  for (const warning of loaded.problems.filter(({ severity }) => severity === "warning")) {
    await pulumi.log.warn(formatDiagnostic(warning));
  }
  throwProblems(loaded.problems.filter(({ severity }) => severity === "error"));
  return loaded;
}

/**
 * Reads and checks the settings of the stack.
 *
 * @param root absolute path of the repository
 * @throws pulumi.RunError if the configuration is invalid
 */
export function loadSettingsOrThrow(root: string): Settings {
  const pnp = findPlugAndPlay(root);
  if (pnp !== undefined) throw new pulumi.RunError(`${pnp} Nothing was pushed.`);
  const written = readConfiguration(root, pulumi.getStack());
  throwProblems([...written.problems, ...toProblems(written, pulumi.runtime.allConfig())]);
  try {
    assertAddressAllowed(root);
    return readSettings(new pulumi.Config("queue-seeder"), process.env);
  } catch (error) {
    if (error instanceof ConfigError) throw new pulumi.RunError(`${error.code}: ${error.message}.`);
    if (error instanceof SettingsError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/**
 * Checks the API address before any resource is registered, since the Cloudflare provider that creates queues uses the same
 * setting and the same token.
 *
 * @throws ConfigError if the token must not be sent to the address
 */
function assertAddressAllowed(root: string): void {
  const config = pulumi.runtime.allConfig();
  resolveBaseUrl({
    config: (key) => config[key],
    env: process.env,
    // An inline program may run outside of its project.
    setBy: (variable) => isSetByRepository(process.cwd(), variable) ?? isSetByRepository(root, variable),
  });
}

/** Returns the id of the account. @throws pulumi.RunError if neither the configuration nor the environment sets one */
export function resolveAccount({ accountId }: Settings): string {
  if (accountId !== undefined) return accountId;
  throw new pulumi.RunError(
    "ACCOUNT_MISSING: no Cloudflare account is configured. " +
      "Run `pulumi config set queue-seeder:accountId …`, or set CLOUDFLARE_ACCOUNT_ID.",
  );
}

function programVariables(root: string): Variables {
  const config = pulumi.runtime.allConfig();
  const project = pulumi.getProject();
  const written = readConfiguration(root, pulumi.getStack());
  return createVariables({
    project,
    root,
    config,
    isSecret: isSecretKey,
    secretsInPlain: true,
    written,
    env: process.env,
  });
}

function throwProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError(`nothing was pushed.\n${problems.map(formatDiagnostic).join("\n")}`);
}
