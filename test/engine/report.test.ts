import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { problemsWith } from "../cli/schema.ts";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const many = (count: number) => `queue: orders\nmessages: [{ for_each: ${count}, body: "\${index}" }]\n`;

it("records each run with its deployer and plan, and shows all of them on a page", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(3) } });
  const { stack, emulator } = seeder;
  const { project } = stack;
  const up = async () => {
    const run = await cli(project, ["up", "--stack", "test", "--yes", "--run-file", "run.json"], {
      GITHUB_ACTOR: "ada",
    });
    const record = JSON.parse(readFileSync(join(project.dir, "run.json"), "utf8"));
    expect(problemsWith("run", record), JSON.stringify(record)).toEqual([]);
    expect(record.exit, outputOf(run)).toBe(run.code);
    return record;
  };

  const first = await up();
  expect(first).toMatchObject({ stack: "test", by: "ada", exit: 0, total: { pushed: 3 }, manifests: [{ name: "a" }] });
  expect(stack.outputs()).toMatchObject({ manifests: { a: { lastPush: { by: "ada", plan: first.plan } } } });

  seeder.write("a.yaml", many(203));
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10251 }, skip: 1 });
  expect(await up()).toMatchObject({ exit: 1, total: { pushed: 100, notSent: 100 } });
  emulator.faults.clear();
  succeeded(await stack.up({ env: { QUEUE_SEEDER_BY: "none" } }));
  expect(stack.outputs()).not.toHaveProperty("manifests.a.lastPush.by");

  succeeded(await cli(project, ["report", "--stack", "test"]));
  const page = readFileSync(join(project.dir, "report.html"), "utf8");
  expect(page).toContain("203 messages pushed in 3 runs. At the end of run 3 its backlog had 203 messages.");
  const row = (n: number) => new RegExp(`<th scope="row">#${n}</th>.*`).exec(page)?.[0].replace(/<[^>]+>/g, "|");
  expect(row(1)).toMatch(/\|up\|\|\|ada .*\|3\|\|1\|.*\|0\|.*\|3 \|/);
  expect(row(2)).toMatch(/\|up, failed\|\|\|ada .*\|100\|\|2\|.*\|0\|.*\|103 \|/);
  expect(row(3)).toMatch(/\|up\|.*\|100\|\|1\|.*\|0\|.*\|203 \|/);

  const last = await cli(project, ["report", "--stack", "test", "--last", "1", "--out", "-"]);
  expect([last.code, last.stdout]).toEqual([0, expect.stringContaining("100 messages pushed in 1 run.")]);

  succeeded(await cli(project, ["forget", "a", "#1", "--stack", "test", "--yes"]));
  succeeded(await cli(project, ["report", "--stack", "test"]));
  const repaired = readFileSync(join(project.dir, "report.html"), "utf8");
  expect(repaired).toMatch(/#4<\/th>.*<span class="badge repair">forget<\/span>/);
  expect(repaired).toContain('<dd class="warn">3<small>1 failed, 1 repair</small></dd>');
  const none = await cli(project, ["report", "--stack", "tset"]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("Known stacks: test.")]);
});
