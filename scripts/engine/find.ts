import { spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";

/** A Pulumi engine that is on this machine, complete: the CLI with the two plugins that a Node program needs. */
export interface Engine {
  /** Absolute path of the CLI. */
  readonly pulumi: string;
  /** Absolute path of the CLI's folder. */
  readonly binDir: string;
  /** Three numbers with dots, without a `v`. */
  readonly version: string;
  /** Found on PATH, or in Pulumi's own home folder. */
  readonly from: "path" | "home";
}

/** The engine that is installed where there is none. The npm package `pulumi`, the launcher, has the same version. */
export const engineVersion = "3.250.0";

/** The oldest engine that is taken as it is: the oldest on which the tests have run. */
export const oldestVersion = "3.250.0";

/** What must stand beside the CLI, or on PATH, for a Node program with dynamic resources. */
export const plugins = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;

type Env = Readonly<Record<string, string | undefined>>;

const { compare } = new Intl.Collator("en", { numeric: true });

/** Pulumi's home folder: PULUMI_HOME, else ~/.pulumi. Absolute. */
export function pulumiHome(env: Env = process.env): string {
  return env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi");
}

/** Where the launcher looks for the engine that it runs, and where ours is put. */
export function engineDir(env: Env = process.env): string {
  return join(pulumiHome(env), "versions", engineVersion, "bin");
}

/**
 * The engine to use: the first on PATH that is new enough and complete, else the best one in Pulumi's home. Costs some
 * file look-ups, and one short process where a version cannot be told from a folder's name.
 */
export function findEngine(env: Env = process.env): Engine | undefined {
  const onPath = pathFolders(env);
  for (const binDir of onPath) {
    const engine = engineIn(binDir, "path", onPath, env);
    if (engine !== undefined) return engine;
  }
  for (const binDir of homeFolders(env)) {
    const engine = engineIn(binDir, "home", onPath, env);
    if (engine !== undefined) return engine;
  }
  return undefined;
}

function engineIn(binDir: string, from: Engine["from"], onPath: readonly string[], env: Env): Engine | undefined {
  const pulumi = join(binDir, "pulumi");
  if (!isExecutable(pulumi) || isLauncher(pulumi)) return undefined;
  const folders = [binDir, dirname(realpathSync(pulumi)), ...onPath];
  if (!plugins.every((plugin) => folders.some((folder) => isExecutable(join(folder, plugin))))) return undefined;
  const version = versionByFolder(binDir, env) ?? askVersion(pulumi);
  if (version === undefined || compare(version, oldestVersion) < 0) return undefined;
  return { pulumi, binDir, version, from };
}

/**
 * Whether this is the npm package `pulumi`. It is no engine, and merely asking it for its version would make it download
 * one. npm links its script from node_modules/.bin; other package managers write a shell script that names it.
 */
function isLauncher(file: string): boolean {
  if (`${file}${sep}${realpathSync(file)}`.split(sep).includes("node_modules")) return true;
  const start = firstBytes(file, 4096);
  return start.startsWith("#!") && start.includes("run.js");
}

function versionByFolder(binDir: string, env: Env): string | undefined {
  const [name, ...rest] = binDir.startsWith(versionsDir(env) + sep)
    ? binDir.slice(versionsDir(env).length + 1).split(sep)
    : [];
  return name !== undefined && /^\d+\.\d+\.\d+$/.test(name) && rest.join(sep) === "bin" ? name : undefined;
}

/** The version that a CLI states, or undefined where it does not run. */
export function askVersion(pulumi: string): string | undefined {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = spawnSync(pulumi, ["version"], { encoding: "utf8", timeout: 10_000, env, stdio: "pipe" });
  return /^v?(\d+\.\d+\.\d+)/.exec(stdout ?? "")?.[1];
}

function pathFolders(env: Env): string[] {
  return (env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
}

/** The version that the launcher runs first, then the newest, then the official installer's folder. */
function homeFolders(env: Env): string[] {
  const names = foldersIn(versionsDir(env)).sort((a, b) => compare(b, a));
  const ordered = [
    ...names.filter((name) => name === engineVersion),
    ...names.filter((name) => name !== engineVersion),
  ];
  return [...ordered.map((name) => join(versionsDir(env), name, "bin")), join(pulumiHome(env), "bin")];
}

function versionsDir(env: Env): string {
  return join(pulumiHome(env), "versions");
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** An empty file counts as none: an interrupted download may leave one. */
function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    const found = statSync(file);
    return found.isFile() && found.size > 0;
  } catch {
    return false;
  }
}

function firstBytes(file: string, count: number): string {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(count);
    return buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, count, 0));
  } finally {
    closeSync(descriptor);
  }
}
