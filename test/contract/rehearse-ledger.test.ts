/** `rehearse` after a deployment with the real Pulumi: the ledger decides what is rehearsed. */

import { symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { cli } from "../engine/support/cli.ts";
import { makeSeeder, succeeded } from "../engine/support/seeder.ts";
import type { RehearsalJson } from "../support/rehearsal-project.ts";
import { npmPackages } from "./cache.ts";

let packages: string;

beforeAll(async () => {
  packages = await npmPackages("miniflare", "miniflare@4.20260730.0");
});

const manifest = (...ids: readonly string[]) =>
  `queue: orders\nmessages:\n${ids.map((id) => `  - { id: ${id}, body: of ${id} }\n`).join("")}`;

it("rehearses what the ledger lacks, or everything with --all, and pushes nothing", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest("one", "two") } });
  const { stack } = seeder;
  symlinkSync(join(packages, "node_modules"), join(dirname(stack.project.dir), "node_modules"));
  writeFileSync(join(stack.project.dir, "consumer.mjs"), "export default { queue(batch) { batch.ackAll(); } };\n");
  succeeded(await stack.up());
  seeder.write("a.yaml", manifest("one", "two", "three"));
  const rehearsed = async (...flags: readonly string[]) => {
    const args = ["rehearse", "--stack", "test", "--worker", "orders=consumer.mjs", "--format", "json", ...flags];
    const run = await cli(stack.project, args);
    succeeded(run);
    const report: RehearsalJson = JSON.parse(run.stdout);
    return report.queues.flatMap(({ messages }) => messages.map(({ label, outcome }) => [label, outcome]));
  };
  expect(await rehearsed()).toEqual([["three", "acknowledged"]]);
  expect(await rehearsed("--all")).toEqual(["one", "two", "three"].map((id) => [id, "acknowledged"]));
  expect(seeder.bodies("orders")).toHaveLength(2);
});
