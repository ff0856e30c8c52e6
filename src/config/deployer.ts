import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import { truncate } from "../format.ts";
import { toPrintable } from "../printable.ts";

/**
 * Where pipelines say for whom they run: logins, not addresses.
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

/** Longer names only make the state larger. */
const maxNameLength = 100;

export interface DeployerSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the stack's configuration says, `queue-seeder:by`. */
  readonly configured: string | undefined;
  /** A folder of the repository. */
  readonly folder: string;
}

/**
 * Who deploys, for the record: what was said outright, else the pipeline's actor, else git's user, else the machine's. An
 * e-mail address is taken only where there is nothing else. "" with `none`, or where nobody can be named.
 */
export function findDeployer({ env, configured, folder }: DeployerSources): string {
  const said = env.QUEUE_SEEDER_BY || configured;
  if (said) return said === "none" ? "" : tidyName(said);
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
    // No git, or it has no such setting: somebody else may be known.
    return undefined;
  }
}

function machineUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return undefined;
  }
}

/** On one printable line. */
function tidyName(name: string): string {
  return truncate(toPrintable(name.trim()), maxNameLength);
}
