import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";
import { unpack } from "../package/support/install.ts";
import { packed } from "../package/support/packed.ts";
import { succeeded } from "./support/seeder.ts";
import { makeStack, type OwnStack } from "./support/stack.ts";

const repository = join(import.meta.dirname, "../..");

/** Runs a command in the project, with the environment of its Pulumi CLI. */
function run(stack: OwnStack, file: string, ...args: string[]): Promise<ProcessResult> {
  const { dir, env } = stack.project;
  return spawnProcess(file, args, { cwd: dir, env, timeoutMs: 120_000 }).done;
}

const command = (dir: string) => join(dir, "node_modules/.bin/queue-seeder");

describe.each([
  ["an empty folder", undefined],
  ["a repository with modules of another kind", { name: "shop", private: true, type: "commonjs", main: "shop.js" }],
])("init into %s, with the packed package", (_, packageJson) => {
  it("leaves a project that validates, type checks and deploys, after a demo that changes nothing", async () => {
    await using emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "mails" }], rateLimit: false });
    let made: ReturnType<typeof spawnSync> | undefined;
    await using stack = await makeStack({
      name: "dev",
      copy: [],
      install: (dir) => {
        if (packageJson !== undefined) writeFileSync(join(dir, "package.json"), JSON.stringify(packageJson));
        unpack(packed(), dir);
        const queues = ["orders", "mails"].flatMap((name) => ["--queue", `${name}=${emulator.queueId(name)}`]);
        const flags = ["--yes", "--name", "shop", "--account", emulator.accountId, ...queues];
        made = spawnSync(process.execPath, [command(dir), "init", ...flags], { cwd: dir, encoding: "utf8" });
      },
      config: { "queue-seeder:apiToken": { secret: emulator.token } },
      env: { CLOUDFLARE_BASE_URL: emulator.baseUrl },
    });
    expect(made).toMatchObject({ status: 0, stdout: "" });
    const { dir } = stack.project;

    const sound = "0 errors, 0 warnings in 2 valid manifests\n";
    expect(succeeded(await run(stack, command(dir), "validate", "--stack", "dev")).stderr).toBe(sound);

    const installed = (name: string) => existsSync(join(dir, "node_modules", name));
    for (const name of ["@types/node", "typescript"].filter((name) => !installed(name))) {
      mkdirSync(dirname(join(dir, "node_modules", name)), { recursive: true });
      symlinkSync(join(repository, "node_modules", name), join(dir, "node_modules", name));
    }
    expect(await run(stack, process.execPath, "node_modules/typescript/bin/tsc", "-p", "infra")).toMatchObject({
      code: 0,
      stdout: "",
    });

    // The program is the same in both projects; one demo is enough.
    if (packageJson === undefined) {
      const before = readFileSync(join(dir, "Pulumi.dev.yaml"), "utf8");
      expect(made).toMatchObject({ stderr: expect.stringContaining("npm run demo") });
      expect(JSON.parse(readFileSync(join(dir, "package.json"), "utf8")).scripts.demo).toBe("queue-seeder demo");
      const shown = succeeded(await run(stack, command(dir), "demo", "--verbose")).stderr;
      expect(shown).toMatch(/✓ 4 messages were pushed: .*✓ Nothing was pushed\..*✓ 1 message was pushed: /s);
      // Pulumi's own words.
      expect(shown).toContain("pulumi-nodejs:dynamic:Segment orders/0 created");
      // The real project and its stack were not changed.
      expect(emulator.requests).toEqual([]);
      expect(readFileSync(join(dir, "Pulumi.dev.yaml"), "utf8")).toBe(before);
      expect(readdirSync(join(dir, "messages")).sort()).toEqual(["mails.yaml", "orders.yaml"]);
    }

    succeeded(await stack.up());
    expect(emulator.messages("orders").map(({ body }) => body)).toEqual([
      { type: "sample", number: 1, stack: "dev" },
      "plain words",
    ]);
    expect(emulator.messages("mails")).toHaveLength(2);
    if (packageJson === undefined) {
      const again = succeeded(await run(stack, command(dir), "up", "--stack", "dev", "--yes"));
      expect([again.stdout, again.stderr]).toEqual([
        "",
        expect.stringContaining("✓ Nothing to push. In the queues now: mails 2 ("),
      ]);
    }
    expect(emulator.requests.filter(({ accepted }) => accepted > 0)).toHaveLength(2);
  }, 400_000);
});
