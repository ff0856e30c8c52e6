import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const rows = (count: number) => Array.from({ length: count }, (_, row) => `{"row":${row}}\n`).join("");
const manifest = "queue: orders\nsource: { file: a.ndjson }\n";
const bodies = (count: number) => Array.from({ length: count }, (_, row) => ({ row }));
const byRow = (found: readonly unknown[]) => (found as { row: number }[]).toSorted((a, b) => a.row - b.row);

it("keeps the ledger of a segment that was pushed before the first one, if its rows are removed", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest, "a.ndjson": rows(5_100) } });
  const { stack } = seeder;
  succeeded(await stack.up({ args: ["--target", "**::a/1", "--target", "**::deployments"] }));
  expect(byRow(seeder.bodies("orders"))).toEqual(bodies(5_100).slice(5_000));

  const edited = "DATA_FILE_EDITED: a (messages/a.yaml) ends with row 5000 now, but had more rows";
  seeder.write("a.ndjson", rows(5_000));
  const plan = await cli(stack.project, ["plan", "--stack", "test", "--no-preview"]);
  expect(plan.stdout + plan.stderr).toContain(edited);
  const shorter = await stack.up();
  expect([shorter.code, outputOf(shorter)]).toEqual([1, expect.stringContaining(edited)]);

  // Messages of the manifest's own are not compared with rows.
  seeder.write("a.yaml", "queue: orders\nmessages: [{ body: { row: 5050 } }]\n");
  const inline = await stack.up({ args: ["--target", "**::a/1"] });
  expect([inline.code, outputOf(inline)]).toEqual([1, expect.stringContaining("SOURCE_CHANGED")]);

  seeder.write("a.yaml", manifest);
  seeder.write("a.ndjson", rows(5_100));
  succeeded(await stack.up());
  expect(byRow(seeder.bodies("orders"))).toEqual(bodies(5_100));

  // A baseline of the whole manifest accepts the removal, and the next run deletes the empty segment.
  seeder.write("a.ndjson", rows(5_000));
  succeeded(await cli(stack.project, ["baseline", "a", "--stack", "test", "--yes"]));
  succeeded(await stack.up());
  expect(stack.exportState()).not.toContain("::a/1");
  expect(seeder.bodies("orders")).toHaveLength(5_100);
});

it("keeps the ledger of the previous queue if rows are removed when the queue changes", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": manifest, "a.ndjson": rows(5_100) },
    emulator: { queues: [{ name: "orders" }, { name: "others" }] },
  });
  const { stack, emulator } = seeder;
  const pointAt = (queue: string) =>
    stack.setConfig({ "queue-seeder:queues": { orders: { id: emulator.queueId(queue) } } });
  succeeded(await stack.up());
  await pointAt("others");
  seeder.write("a.ndjson", rows(5_000));
  succeeded(await stack.up());
  expect(byRow(seeder.bodies("others"))).toEqual(bodies(5_000));

  // There, the file grows into the empty segment.
  seeder.write("a.ndjson", rows(5_050));
  succeeded(await stack.up());
  expect(byRow(seeder.bodies("others"))).toEqual(bodies(5_050));

  await pointAt("orders");
  seeder.write("a.ndjson", rows(5_100));
  succeeded(await stack.up());
  expect(byRow(seeder.bodies("orders"))).toEqual(bodies(5_100));
});
