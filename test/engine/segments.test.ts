import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const rows = (count: number) => Array.from({ length: count }, (_, row) => `{"row":${row}}\n`).join("");

it("finishes a delivery of every_deploy after a failure, without sending a finished segment again", async () => {
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
  expect([failed.code, seeder.bodies("orders").length], outputOf(failed)).toEqual([1, 2 * 5_100 - 100]);
  emulator.faults.clear();
  const plan = await cli(stack.project, ["plan", "--stack", "test", "--no-preview"]);
  expect(plan.stdout).toContain("100 messages");
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toHaveLength(2 * 5_100);
  expect(taken()).toEqual([2, 2, 2, 2]);
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toHaveLength(3 * 5_100);
});
