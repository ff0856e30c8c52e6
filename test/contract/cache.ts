import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Emulator } from "../../src/emulator/index.ts";

export const run = promisify(execFile);

const root = fileURLToPath(new URL("../../node_modules/.cache/contract/", import.meta.url));

/**
 * Fills a folder once, and again if `key` changes.
 *
 * @param fill is passed the empty folder; if it fails, the next run starts over
 */
export async function cached(name: string, key: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(root, name);
  const done = join(root, `${name}.done`);
  if ((await readFile(done, "utf8").catch(() => undefined)) === key) return folder;
  await rm(done, { force: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(done, key);
  return folder;
}

/** Returns a folder in which these npm packages are installed, in their exact versions. */
export function npmPackages(name: string, ...packages: readonly string[]): Promise<string> {
  return cached(name, packages.join(" "), async (folder) => {
    await writeFile(join(folder, "package.json"), '{"private": true}');
    // Without scripts: the packages find their binaries among their own dependencies.
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], { cwd: folder });
  });
}

/** Returns the environment that clients read, with the id of the first queue if there is one. */
export function environment(emulator: Emulator): NodeJS.ProcessEnv {
  const [queue] = emulator.queueNames();
  return {
    ...process.env,
    CLOUDFLARE_BASE_URL: emulator.baseUrl,
    CLOUDFLARE_API_TOKEN: emulator.token,
    CLOUDFLARE_ACCOUNT_ID: emulator.accountId,
    ...(queue !== undefined && { QUEUE_ID: emulator.queueId(queue) }),
  };
}
