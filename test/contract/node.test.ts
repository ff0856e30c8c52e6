import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { makeSeeder, outputOf, succeeded } from "../engine/support/seeder.ts";
import { npmPackages } from "./cache.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const { engines } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

/** The oldest Node version that `engines` allows, the one that the repository uses, and the next LTS version. */
const versions = ["22.18.0", "24.11.1", "26.9.0"];

/** Suffix of the npm packages that contain Node's binaries, one for each platform. */
const platform = process.platform === "darwin" ? `bin-darwin-${process.arch}` : `${process.platform}-${process.arch}`;

it("begins with the oldest supported version", () => {
  expect(engines.node).toBe(`>=${versions[0]?.replace(/\.0$/, "")}`);
});

// A test runs Pulumi eight times; the limit only stops a run that hangs.
describe.each(versions)("Node %s", { timeout: 400_000 }, (version) => {
  let node = "";
  beforeAll(async () => {
    const name = `node-${platform}`;
    const folder = await npmPackages(`node-${version}`, `${name}@${version}`);
    node = join(folder, "node_modules", name, "bin/node");
  });

  const run = (args: readonly string[], cwd = repository, more: Readonly<Record<string, string>> = {}) =>
    spawnProcess(node, args, { cwd, env: { ...process.env, ...more }, timeoutMs: 110_000 }).done;

  it("is the version that runs", async () => {
    expect((await run(["--version"])).stdout.trim()).toBe(`v${version}`);
  });

  it("can parse every file", async () => {
    const files = ["src", "infra", "scripts"].flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile() && /\.(ts|mjs)$/.test(file.name))
        .map((file) => join(file.parentPath, file.name)),
    );
    expect(files.length).toBeGreaterThan(200);
    const parse = `
      const { readFileSync } = require("node:fs");
      const { stripTypeScriptTypes } = require("node:module");
      const { SourceTextModule } = require("node:vm");
      for (const file of ${JSON.stringify(files)}) {
        const text = readFileSync(file, "utf8").replace(/^#!.*/, "");
        try { new SourceTextModule(file.endsWith(".ts") ? stripTypeScriptTypes(text) : text); }
        catch (error) { console.log(file + ": " + error.message); }
      }`;
    const parsed = await run(["--experimental-vm-modules", "--no-warnings", "-e", parse]);
    expect([parsed.code, parsed.stdout, parsed.stderr]).toEqual([0, "", ""]);
  });

  it("runs the commands that need no engine, and the script that looks for one", async () => {
    const main = join(repository, "src/cli/main.mjs");
    const folder = await mkdtemp(join(tmpdir(), "queue-seeder-node-"));
    try {
      succeeded(await run([main, "init", "--yes", "."], folder));
      const validated = succeeded(await run([main, "validate"], folder));
      expect(outputOf(validated)).not.toMatch(/Warning/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    succeeded(await run([join(repository, "scripts/install-pulumi/main.ts")]));
    for (const command of ["plan", "up", "status", "report", "emulate", "demo", "baseline", "completion"]) {
      expect(succeeded(await run([main, command, "--help"])).stdout).toContain(`queue-seeder ${command}`);
    }
  });

  it("plans, deploys and reads the status, in the command, the program and the provider", async () => {
    await using seeder = await makeSeeder({
      messages: { "a.yaml": "queue: orders\nmessages: [{ body: { n: 1 } }]\n" },
    });
    const { dir, env } = seeder.stack.project;
    const own = { ...env, PATH: `${dirname(node)}:${env.PATH}` };
    const command = (...args: string[]) =>
      spawnProcess(node, [join(dir, "src/cli/main.mjs"), ...args, "--stack", "test"], {
        cwd: dir,
        env: own,
        timeoutMs: 110_000,
      }).done;
    expect(succeeded(await command("plan")).stdout).toContain("1 message to push");
    succeeded(await command("up", "--yes"));
    expect(seeder.bodies("orders")).toEqual([{ n: 1 }]);
    expect(succeeded(await command("status")).stdout).toContain("1 message");
    succeeded(await command("forget", "a", "--yes"));
    expect(succeeded(await seeder.stack.up({ env: own })).stdout).toContain("updated");
    expect(seeder.bodies("orders")).toEqual([{ n: 1 }, { n: 1 }]);
  });
});
