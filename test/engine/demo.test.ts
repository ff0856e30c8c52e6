import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { spawnProcess } from "../../src/engine/child-process.ts";

const repository = join(import.meta.dirname, "../..");

it("demonstrates a plan and three deployments of this repository in at most 50 lines, and changes no file", async () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  // Tests run after `npm run engine`.
  const [engine, command] = scripts.demo.split(" && ");
  expect([engine, command]).toEqual(["npm run --silent engine", "node src/cli/main.mjs demo"]);
  const changed = () => execFileSync("git", ["status", "--porcelain"], { cwd: repository, encoding: "utf8" });
  const before = changed();
  const [, ...args] = command.split(" ");
  const run = await spawnProcess(process.execPath, args, { cwd: repository, env: process.env, timeoutMs: 150_000 })
    .done;
  expect(run, run.stderr).toMatchObject({ code: 0, stdout: "" });
  const lines = run.stderr.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(50);
  expect(lines.filter((line) => /^(?:\d\.| +✓)/.test(line))).toEqual([
    "1. `queue-seeder plan --stack dev` shows what will be pushed.",
    "   ✓ 7 messages to push.",
    "2. `pulumi up` pushes it. The stack's outputs contain the metrics that the API returned.",
    "   ✓ 7 messages were pushed: emails 2, orders 5.",
    "3. `pulumi up` again: the ledger in the state has every message.",
    "   ✓ Nothing was pushed.",
    "4. One message is added, and `pulumi up` runs once more.",
    "   ✓ 1 message was pushed: emails 3, orders 5.",
  ]);
  expect(lines.filter((line) => line.includes("oldest_message_timestamp_ms"))).toHaveLength(2);
  expect(run.stderr).not.toContain("dynamic:Segment");
  expect(changed()).toBe(before);
});
