/** Runs the policy pack of the page on the real Pulumi engine, with the official SDK for policies. */

import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { parsePage, repository } from "../docs/support/pages.ts";
import { makeSeeder, outputOf, succeeded } from "../engine/support/seeder.ts";
import { npmPackages } from "./cache.ts";

let packages: string;

beforeAll(async () => {
  packages = await npmPackages("policy", "@pulumi/policy@1.21.0");
});

const page = parsePage("", readFileSync(join(repository, "docs/pipelines/other-platforms.md"), "utf8"));
const pack = page.blocks.find(({ language }) => language === "js")?.text ?? "";

/**
 * Writes the pack, and returns the folder to put on the PATH. The language plugin of the tests is too old to run packs, so
 * PulumiPolicy.yaml has a runtime of its own, for which Pulumi calls this script as its releases do for nodejs.
 */
function writePack(folder: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "description: Rules for messages\nruntime: test\n");
  writeFileSync(join(folder, "package.json"), '{ "name": "rules", "version": "1.0.0", "main": "index.js" }');
  writeFileSync(join(folder, "index.js"), pack);
  symlinkSync(join(packages, "node_modules"), join(folder, "node_modules"));
  const script = join(bin, "pulumi-analyzer-policy-test");
  writeFileSync(script, '#!/bin/sh\nexec node ./node_modules/@pulumi/pulumi/cmd/run-policy-pack "$@"\n');
  chmodSync(script, 0o755);
  return bin;
}

const manifest = (settings: string) => `queue: orders\n${settings}messages:\n  - body: 1\n`;

it("refuses in a preview what production must not have, and only there", async () => {
  await using seeder = await makeSeeder({ name: "prod", messages: { "a.yaml": manifest("push: every_deploy\n") } });
  const { stack } = seeder;
  const bin = writePack(join(stack.project.dir, "policies"));
  const env = { PATH: [bin, stack.project.env.PATH ?? process.env.PATH].join(delimiter) };
  const preview = () => stack.pulumi(["preview", "--policy-pack", "policies"], { env });

  const refused = await preview();
  expect(refused.code, outputOf(refused)).not.toBe(0);
  expect(outputOf(refused)).toContain("messages/a.yaml: push: every_deploy is not allowed. Use once.");
  expect(outputOf(refused)).toContain("messages/a.yaml: set in_doubt: stop.");
  seeder.write("a.yaml", manifest("in_doubt: stop\n"));
  const allowed = succeeded(await preview());
  expect(outputOf(allowed)).toContain("✅ queue-seeder@v1.0.0");
  expect(seeder.pushes()).toEqual([]);
});

it("lets other stacks do what production must not", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest("push: every_deploy\n") } });
  const { stack } = seeder;
  const bin = writePack(join(stack.project.dir, "policies"));
  const env = { PATH: [bin, stack.project.env.PATH ?? process.env.PATH].join(delimiter) };
  const up = ["up", "--yes", "--skip-preview", "--policy-pack", "policies"];
  succeeded(await stack.pulumi(up, { env }));
  expect(seeder.bodies("orders")).toEqual([1]);
});
