import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/** What the runners of all runs share: artifacts by run and name, caches by key. */
export interface Stores {
  /** Of this test, absolute. */
  readonly folder: string;
  /** Keys of caches, the oldest first. */
  readonly caches: string[];
}

export interface Use {
  readonly workspace: string;
  readonly stores: Stores;
  readonly runId: string;
  readonly with: Readonly<Record<string, string>>;
}

/**
 * What the actions do that the workflows use, as far as it matters to them. The real ones talk to GitHub's services.
 *
 * @returns whether it succeeded
 */
export const actions: Readonly<Record<string, (use: Use) => boolean>> = {
  // The test has put the project and Node there already.
  "actions/checkout@v5": () => true,
  "actions/setup-node@v5": () => true,

  "actions/upload-artifact@v4"({ workspace, with: { path = "", name = "", ...more }, stores, runId }) {
    const from = join(workspace, path);
    if (!existsSync(from)) return more["if-no-files-found"] === "ignore";
    const to = join(artifact(stores, runId, name), basename(path));
    if (existsSync(to) && more.overwrite !== "true") return false;
    cpSync(from, to);
    return true;
  },

  "actions/download-artifact@v5"({ workspace, with: { path = "", name = "", ...more }, stores, runId }) {
    const from = artifact(stores, more["run-id"] ?? runId, name);
    if (!existsSync(from)) return false;
    cpSync(from, join(workspace, path), { recursive: true });
    return true;
  },

  "actions/cache/restore@v4"({ workspace, with: given, stores }) {
    const { path = "", key = "", "restore-keys": prefix = "" } = given;
    const found =
      stores.caches.find((each) => each === key) ?? stores.caches.findLast((each) => each.startsWith(prefix.trim()));
    if (found !== undefined) cpSync(cache(stores, found), join(workspace, path), { recursive: true });
    return true;
  },

  "actions/cache/save@v4"({ workspace, with: { path = "", key = "" }, stores }) {
    const from = join(workspace, path);
    // As the real one: a warning, and nothing kept.
    if (!existsSync(from) || stores.caches.includes(key)) return true;
    rmSync(cache(stores, key), { recursive: true, force: true });
    mkdirSync(cache(stores, key), { recursive: true });
    cpSync(from, cache(stores, key), { recursive: true });
    stores.caches.push(key);
    return true;
  },
};

/** A name that GitHub refuses is refused here too. */
function artifact({ folder }: Stores, runId: string, name: string): string {
  if (name === "" || /["<>|*?:\r\n\\/]/.test(name)) throw new Error(`No artifact can be named ${name}`);
  return join(folder, "artifacts", runId, name);
}

function cache({ folder }: Stores, key: string): string {
  if (key === "" || key.length > 512 || key.includes(",")) throw new Error(`No cache can have the key ${key}`);
  return join(folder, "caches", encodeURIComponent(key));
}
