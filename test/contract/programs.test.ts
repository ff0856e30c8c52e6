/** Runs programs on unmodified Node clients from npm. Each program makes its client's calls and checks their results. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { environment, npmPackages } from "./cache.ts";
import { Calls, finished } from "./record.ts";
import { Project } from "./workers.ts";

const minutes = 60_000;

test.each([
  { client: "cloudflare for TypeScript 7.3.0", folder: "typescript", packages: ["cloudflare@7.3.0"] },
  // Its peer dependencies are SDKs of other clouds.
  { client: "alchemy 0.94.0", folder: "alchemy", packages: ["--legacy-peer-deps", "alchemy@0.94.0"] },
  {
    client: "@distilled.cloud/cloudflare 0.30.3",
    folder: "distilled",
    // It requires this release of its peer dependency.
    packages: ["@distilled.cloud/cloudflare@0.30.3", "effect@4.0.0-beta.100"],
  },
])(
  "$client works through its calls on queues",
  async ({ client, folder, packages }) => {
    const installed = await npmPackages(folder, ...packages);
    const program = await readFile(join(import.meta.dirname, folder, "client.mjs"), "utf8");
    await using project = await Project.open(installed, { "client.mjs": program });
    await using emulator = await startEmulator({ rateLimit: false });
    const env = {
      ...environment(emulator),
      HOME: project.folder,
      DO_NOT_TRACK: "1",
      CI: "true",
      ALCHEMY_CI_STATE_STORE_CHECK: "false",
    };
    const { code, stdout, stderr } = await finished(process.execPath, ["client.mjs"], { cwd: project.folder, env });
    expect(code, stdout + stderr).toBe(0);
    const { worked = 0, refused = 0 } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, number>;
    // It called nothing that the emulator lacks.
    expect(emulator.requests.filter(({ route }) => route === undefined)).toEqual([]);
    const calls = new Calls();
    calls.add("worked", worked);
    calls.add("refused", refused);
    await calls.settle(client, emulator);
  },
  20 * minutes,
);
