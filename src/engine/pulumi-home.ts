import { homedir } from "node:os";
import { join } from "node:path";

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Version of the Pulumi CLI that is installed if there is none, and the oldest supported one, since the tests run on it. The npm
 * package `pulumi`, the launcher, has the same version, and runs only that one.
 */
export const engineVersion = "3.250.0";

/** Returns Pulumi's home folder: PULUMI_HOME, or else ~/.pulumi. */
export function pulumiHome(env: Env): string {
  return env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi");
}
