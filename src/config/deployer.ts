import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import { truncate } from "../format.ts";
import { toPrintable } from "../printable.ts";

/**
 * Environment variables in which pipelines name the user they run for: logins, not addresses.
 *
 * Sources: the lists of predefined variables of GitHub Actions, GitLab CI, Buildkite, CircleCI, Azure Pipelines, Jenkins.
 */
const actors = [
  "GITHUB_TRIGGERING_ACTOR",
  "GITHUB_ACTOR",
  "GITLAB_USER_LOGIN",
  "BUILDKITE_BUILD_CREATOR",
  "CIRCLE_USERNAME",
  "BUILD_REQUESTEDFOR",
  "BUILD_USER_ID",
] as const;

/** Maximum length of a name, in characters, to keep the state small. */
const maxNameLength = 100;

export interface DeployerSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The `queue-seeder:by` of the stack's configuration. */
  readonly configured: string | undefined;
  /** A folder of the repository. */
  readonly folder: string;
}

/**
 * Returns the name of the deployer: the configured one, or else the user of the pipeline, of git or of the machine. An e-mail
 * address is a last resort. Returns "" if the name is `none` or unknown.
 */
export function findDeployer({ env, configured, folder }: DeployerSources): string {
  const explicit = env.QUEUE_SEEDER_BY || configured;
  if (explicit) return explicit === "none" ? "" : tidyName(explicit);
  const addresses: string[] = [];
  for (const name of listCandidates(env, folder)) {
    const known = tidyName(name ?? "");
    if (known === "") continue;
    if (!known.includes("@")) return known;
    addresses.push(known);
  }
  return addresses[0] ?? "";
}

function* listCandidates(env: DeployerSources["env"], folder: string): Generator<string | undefined> {
  for (const actor of actors) yield env[actor];
  yield gitSetting(folder, "user.name");
  yield machineUser();
  yield gitSetting(folder, "user.email");
}

function gitSetting(folder: string, key: string): string | undefined {
  try {
    return execFileSync("git", ["config", key], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] }).toString("utf8");
  } catch {
    // No git, or no such setting: try the next candidate.
    return undefined;
  }
}

function machineUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // The user of a container may have no name.
    return undefined;
  }
}

/** Returns a name as one printable line of limited length. */
function tidyName(name: string): string {
  return truncate(toPrintable(name.trim()), maxNameLength);
}
