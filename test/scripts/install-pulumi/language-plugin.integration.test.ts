import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../manifest/support/fixture.ts";

const script = join(import.meta.dirname, "../../../scripts/install-pulumi/go/language-nodejs/pulumi-language-nodejs");

/** Starts the script in a folder of a project, and returns the arguments that it passes to the plugin next to it. */
function argumentsWith(nodeargsLine: string): string[] {
  using folder = temporaryFolder();
  const program = join(folder.path, "project", "infra");
  mkdirSync(program, { recursive: true });
  const plugin = join(folder.path, "nodejs-language-host");
  writeFileSync(plugin, `#!/bin/sh\nprintf '%s\\n' "$@"\n`);
  chmodSync(plugin, 0o755);
  copyFileSync(script, join(folder.path, "pulumi-language-nodejs"));
  const options = `    typescript: false\n${nodeargsLine}`;
  writeFileSync(join(program, "../Pulumi.yaml"), `name: a\nruntime:\n  name: nodejs\n  options:\n${options}`);
  const run = spawnSync(join(folder.path, "pulumi-language-nodejs"), ["127.0.0.1:1"], {
    cwd: program,
    encoding: "utf8",
  });
  expect([run.status, run.stderr]).toEqual([0, ""]);
  return run.stdout.trimEnd().split("\n");
}

it.each([
  ["plain", "--max-semi-space-size=8 --require a"],
  ["in double quotes", '"--max-semi-space-size=8 --require a" # why'],
  ["in single quotes", "'--max-semi-space-size=8 --require a'"],
])("passes options of Node that are written %s", (_, written) => {
  expect(argumentsWith(`    nodeargs: ${written}\n`)).toEqual([
    "-typescript=false",
    "-nodeargs=--max-semi-space-size=8 --require a",
    "127.0.0.1:1",
  ]);
});

it("passes no options of Node if there are none", () => {
  expect(argumentsWith("")).toEqual(["-typescript=false", "127.0.0.1:1"]);
});
