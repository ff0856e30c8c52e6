import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, said, succeeded } from "./support/seeder.ts";

const rows = (count: number) => Array.from({ length: count }, (_, row) => `{"row":${row}}\n`).join("");

it("pushes a data file of several segments, then what was added to it", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": "queue: orders\nsource: { file: a.ndjson }\n", "a.ndjson": rows(5_150) },
  });
  const numbers = () => seeder.bodies("orders").map((body) => (body as { row: number }).row);
  succeeded(await seeder.stack.up());
  expect(numbers().sort((a, b) => a - b)).toEqual(Array.from({ length: 5_150 }, (_, row) => row));
  expect(seeder.stack.outputs()).toMatchObject({ manifests: { a: { messages: 5_150, pushed: 5_150, inDoubt: 0 } } });

  seeder.write("a.ndjson", rows(5_160));
  succeeded(await seeder.stack.up());
  expect(numbers().slice(5_150)).toEqual(Array.from({ length: 10 }, (_, more) => 5_150 + more));
});

it("finishes a delivery of every_deploy after a failure, and sends no finished segment again", async () => {
  const manifest = "queue: orders\npush: every_deploy\nsource: { file: a.ndjson }\n";
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest, "a.ndjson": rows(5_100) } });
  const { stack, emulator } = seeder;
  const taken = () => {
    const times = new Map<number, number>();
    for (const body of seeder.bodies("orders") as { row: number }[])
      times.set(body.row, (times.get(body.row) ?? 0) + 1);
    return [0, 4_999, 5_000, 5_099].map((row) => times.get(row) ?? 0);
  };
  succeeded(await stack.up());
  // Whichever segment Pulumi takes first is complete; the other one lacks its last 100 messages.
  emulator.faults.add({ match: { method: "POST" }, effect: { kind: "error", code: 10251 }, skip: 50 });
  const failed = await stack.up({ args: ["--parallel", "1"] });
  expect([failed.code, seeder.bodies("orders").length], said(failed)).toEqual([1, 2 * 5_100 - 100]);
  emulator.faults.clear();
  const plan = await cli(stack.project, ["plan", "--stack", "test"]);
  expect(plan.stdout).toContain("100 messages");
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toHaveLength(2 * 5_100);
  expect(taken()).toEqual([2, 2, 2, 2]);
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toHaveLength(3 * 5_100);
});
