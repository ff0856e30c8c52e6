import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, relative, sep } from "node:path";
import { listNames } from "../optional-files.ts";
import { type Env, engineVersion, pulumiHome } from "./pulumi-home.ts";
import { isLauncher, plugins, versionsDir } from "./pulumi-internals/installation.ts";

/** A complete Pulumi engine on this machine: the CLI with the two plugins that a Node program needs. */
export interface Engine {
  /** Absolute path of the CLI. */
  readonly pulumi: string;
  /** Absolute path of the CLI's folder. */
  readonly binDir: string;
  /** `MAJOR.MINOR.PATCH`, without a leading `v`. */
  readonly version: string;
  /** Whether it was found on PATH or in Pulumi's home folder. */
  readonly from: "path" | "home";
}

/** A `pulumi` executable that cannot be used. */
export interface RejectedEngine {
  readonly pulumi: string;
  readonly reason: string;
}

/**
 * Finds the Pulumi CLI to use: the first complete and recent enough one on PATH, or else the best one in Pulumi's home folder. Costs
 * some file lookups, and a short process for each version that a folder name does not contain.
 */
export function findEngine(env: Env = process.env): Engine | undefined {
  for (const candidate of candidates(env)) {
    if ("version" in candidate) return candidate;
  }
  return undefined;
}

/** Lists the `pulumi` executables that were rejected, for an error message. */
export function listRejectedEngines(env: Env = process.env): RejectedEngine[] {
  return [...candidates(env)].filter((candidate) => "reason" in candidate);
}

function* candidates(env: Env): Generator<Engine | RejectedEngine> {
  const onPath = (env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  for (const binDir of onPath) yield* candidateIn(binDir, "path", onPath, env);
  for (const binDir of homeFolders(env)) yield* candidateIn(binDir, "home", onPath, env);
}

function* candidateIn(
  binDir: string,
  from: Engine["from"],
  onPath: readonly string[],
  env: Env,
): Generator<Engine | RejectedEngine> {
  const pulumi = join(binDir, "pulumi");
  if (!isExecutable(pulumi) || isLauncher(pulumi)) return;
  const version = versionByFolder(binDir, env) ?? askVersion(pulumi);
  // Pulumi looks for its plugins in its own folder, after resolving links, and on PATH.
  const folders = [binDir, dirname(realpathSync(pulumi)), ...onPath];
  const missing = plugins.filter((plugin) => !folders.some((folder) => isExecutable(join(folder, plugin))));
  if (version === undefined) yield { pulumi, reason: "it does not say its version" };
  else if (compare(version, engineVersion) < 0)
    yield { pulumi, reason: `it is ${version}, older than ${engineVersion}` };
  else if (missing.length > 0)
    yield { pulumi, reason: `${missing.join(" and ")} is neither next to it nor on the PATH` };
  else yield { pulumi, binDir, version, from };
}

const { compare } = new Intl.Collator("en", { numeric: true });

/** Returns the version in the path of a folder in Pulumi's home, such as versions/3.250.0/bin. */
function versionByFolder(binDir: string, env: Env): string | undefined {
  const [name = "", ...rest] = relative(versionsDir(env), binDir).split(sep);
  return isVersion(name) && rest.join(sep) === "bin" ? name : undefined;
}

/** Returns the version that a CLI prints, undefined if it does not run. */
export function askVersion(pulumi: string): string | undefined {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = spawnSync(pulumi, ["version"], { encoding: "utf8", timeout: 10_000, env, stdio: "pipe" });
  return /^v?(\d+\.\d+\.\d+)/.exec(stdout ?? "")?.[1];
}

/**
 * Returns the folders to search: the version that the launcher runs, other versions from newest to oldest, and the official
 * installer's folder.
 */
function homeFolders(env: Env): string[] {
  const versions = versionsDir(env);
  const newestFirst = listNames(versions)
    .filter(isVersion)
    .sort((a, b) => compare(b, a));
  const names = new Set([engineVersion, ...newestFirst]);
  return [...[...names].map((name) => join(versions, name, "bin")), join(pulumiHome(env), "bin")];
}

function isVersion(name: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(name);
}

/** Checks whether a file is executable and not empty: an interrupted download may leave an empty file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    const found = statSync(file);
    return found.isFile() && found.size > 0;
  } catch {
    return false;
  }
}
