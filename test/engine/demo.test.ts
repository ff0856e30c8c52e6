import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { linesOfSvg, terminalSvg } from "../../scripts/docs/terminal-svg.ts";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { parsePage } from "../docs/support/pages.ts";
import { makeSeeder, succeeded } from "./support/seeder.ts";

const repository = join(import.meta.dirname, "../..");

it("demonstrates a plan and three deployments of this repository in at most 50 lines, and changes no file", async () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  // Tests run after `npm run engine`.
  const [engine, command] = scripts.demo.split(" && ");
  expect([engine, command]).toEqual(["npm run --silent engine", "node src/cli/main.mjs demo"]);
  const changed = () => execFileSync("git", ["status", "--porcelain"], { cwd: repository, encoding: "utf8" });
  const before = changed();
  const [, ...args] = command.split(" ");
  // With colors, as in a terminal: the output of the commands that the demo runs must not have any.
  const env = { ...process.env, FORCE_COLOR: "1" };
  const run = await spawnProcess(process.execPath, args, { cwd: repository, env, timeoutMs: 150_000 }).done;
  expect(run, run.stderr).toMatchObject({ code: 0, stdout: "" });
  expect(run.stderr).toContain("\u001b[");
  expect(run.stderr).not.toContain("\\u{1b}");
  const lines = linesOfSvg(terminalSvg("npm run demo", run.stderr));
  // If it is outdated: npm run docs:demo.
  const picture = linesOfSvg(readFileSync(join(repository, "docs/demo.svg"), "utf8"));
  expect(picture.map(withoutChances)).toEqual(lines.map(withoutChances));
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

/** Replaces what differs between two runs of the demo: the port, the digest of a plan with that port, and the times. */
function withoutChances(line: string): string {
  return line
    .replace(/127\.0\.0\.1:\d+/, "ADDRESS")
    .replace(/p1:\S+/, "DIGEST")
    .replace(/oldest_message_timestamp_ms \d+/, "oldest_message_timestamp_ms TIME");
}

it("pushes the README's first manifest as it was copied", async () => {
  const { blocks } = parsePage("", readFileSync(join(repository, "README.md"), "utf8"));
  const manifest = blocks.find(({ language }) => language === "yaml")?.text ?? "";
  await using seeder = await makeSeeder({ messages: { "orders.yaml": `${manifest}\n` } });
  succeeded(await seeder.stack.up());
  const messages = seeder.emulator.messages("orders").map(({ body, contentType }) => ({ body, contentType }));
  expect(messages).toEqual([
    { body: { order: 1, state: "paid" }, contentType: "json" },
    { body: "plain words", contentType: "text" },
  ]);
});
