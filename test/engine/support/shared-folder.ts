import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedFolderVariable } from "./global-setup.ts";
import { vaultVariable } from "./vault.ts";

/** Folder that the test files of a run share; undefined without the global set-up, as in the soak and the benches. */
export const sharedFolder = process.env[sharedFolderVariable];

/** Address of the Vault that the stacks of a run share; undefined without the global set-up. */
const vault = sharedFolder && process.env[vaultVariable];

/**
 * Makes a folder for a project, at the first free path. Node's compile cache finds modules by their path: a project at the path of
 * an earlier one need not be compiled and stripped of its types again, which is a quarter of its first run of Pulumi.
 */
export function makeProjectFolder(): string {
  if (sharedFolder === undefined) return realpathSync(mkdtempSync(join(tmpdir(), "queue-seeder-")));
  for (let n = 1; ; n += 1) {
    const folder = join(sharedFolder, "projects", String(n));
    if (makeUnlessTaken(folder)) return folder;
  }
}

/** Whether stacks may keep their key in the run's Vault. */
export const hasVault = vault !== undefined;

/**
 * Returns variables that have Pulumi start and run faster: the folder of Node's compile cache for all projects, which also holds the
 * modules of Pulumi's SDK; rarer garbage collection in the CLI, a Go program whose runs are short here; and the address of the Vault.
 * The soak and the benches run as users do, without them.
 */
export function fasterRuns(): Record<string, string> {
  if (sharedFolder === undefined) return {};
  return {
    NODE_COMPILE_CACHE: join(sharedFolder, "compile-cache"),
    GOGC: "800",
    ...(vault !== undefined && { [vaultVariable]: vault, VAULT_SERVER_TOKEN: "none" }),
  };
}

function makeUnlessTaken(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
