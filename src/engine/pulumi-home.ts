import { homedir } from "node:os";
import { join } from "node:path";

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The engine that is installed where there is none, and the oldest that is taken as it is, since the tests run on it. The
 * npm package `pulumi`, the launcher, has the same version, and runs no other.
 */
export const engineVersion = "3.250.0";

/** What must stand beside the CLI, or on PATH, for a Node program with dynamic resources. */
export const plugins = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;

/** Pulumi's own home folder: PULUMI_HOME, else ~/.pulumi. */
export function pulumiHome(env: Env): string {
  return env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi");
}

/** Where the launcher and the Automation API keep engines, a folder for each version. */
export function versionsDir(env: Env): string {
  return join(pulumiHome(env), "versions");
}
