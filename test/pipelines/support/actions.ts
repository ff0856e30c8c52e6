import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/** Storage that all runs share: artifacts by run and name, caches by key. */
export interface Stores {
  /** Absolute path, one for each test. */
  readonly folder: string;
  /** Keys of the caches, oldest first. */
  readonly caches: string[];
}

export interface Use {
  readonly workspace: string;
  readonly stores: Stores;
  readonly runId: string;
  readonly with: Readonly<Record<string, string>>;
}

/**
 * Stand-ins, by name without version, for the actions of the workflows, as far as the workflows need them. The real ones call GitHub's services.
 *
 * @returns whether the action succeeded
 */
export const actions: Readonly<Record<string, (use: Use) => boolean>> = {
  // The test has already provided the project and Node.
  "actions/checkout": () => true,
  "actions/setup-node": () => true,
  "oven-sh/setup-bun": () => true,

  "actions/upload-artifact"({ workspace, with: { path = "", name = "", ...more }, stores, runId }) {
    const from = join(workspace, path);
    if (!existsSync(from)) return more["if-no-files-found"] === "ignore";
    const to = join(artifact(stores, runId, name), basename(path));
    if (existsSync(to) && more.overwrite !== "true") return false;
    cpSync(from, to);
    return true;
  },

  "actions/download-artifact"({ workspace, with: { path = "", name = "", ...more }, stores, runId }) {
    const from = artifact(stores, more["run-id"] ?? runId, name);
    if (!existsSync(from)) return false;
    cpSync(from, join(workspace, path), { recursive: true });
    return true;
  },

  "actions/cache/restore"({ workspace, with: given, stores }) {
    const { path = "", key = "", "restore-keys": prefix = "" } = given;
    const found =
      stores.caches.find((each) => each === key) ?? stores.caches.findLast((each) => each.startsWith(prefix.trim()));
    if (found !== undefined) cpSync(cache(stores, found), join(workspace, path), { recursive: true });
    return true;
  },

  "actions/cache/save"({ workspace, with: { path = "", key = "" }, stores }) {
    const from = join(workspace, path);
    // Like the real one: it only warns, and stores nothing.
    if (!existsSync(from) || stores.caches.includes(key)) return true;
    rmSync(cache(stores, key), { recursive: true, force: true });
    mkdirSync(cache(stores, key), { recursive: true });
    cpSync(from, cache(stores, key), { recursive: true });
    stores.caches.push(key);
    return true;
  },
};

/** Returns the path of an artifact. @throws Error on a name that GitHub refuses */
function artifact({ folder }: Stores, runId: string, name: string): string {
  if (name === "" || /["<>|*?:\r\n\\/]/.test(name)) throw new Error(`No artifact can be named ${name}`);
  return join(folder, "artifacts", runId, name);
}

function cache({ folder }: Stores, key: string): string {
  if (key === "" || key.length > 512 || key.includes(",")) throw new Error(`No cache can have the key ${key}`);
  return join(folder, "caches", encodeURIComponent(key));
}
