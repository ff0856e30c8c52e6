import { expect, it, vi } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";

const rows = (count: number) => Array.from({ length: count }, (_, row) => `{"row":${row}}\n`).join("");
const manifest = "queue: orders\nsource: { file: a.ndjson }\n";
const bodies = (count: number) => Array.from({ length: count }, (_, row) => ({ row }));
const byRow = (found: readonly unknown[]) => (found as { row: number }[]).toSorted((a, b) => a.row - b.row);

/** Kills the CLI once the queue has accepted a request. The provider ends after those in flight, and Pulumi saves nothing. */
async function killWhilePushing({ stack, emulator }: Seeder, args: readonly string[]): Promise<void> {
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "delay", ms: 200 } });
  const accepted = emulator.nextRequest((request) => request.accepted > 0);
  const run = stack.spawnUp({ args });
  await accepted;
  run.child.kill("SIGKILL");
  await run.done;
  await vi.waitUntil(() => stack.processes().every(({ command }) => !command.includes("dynamic-provider")), {
    timeout: 30_000,
  });
  emulator.faults.clear();
  succeeded(await stack.pulumi(["cancel", "--yes"]));
}

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

  // A baseline of the whole manifest accepts the removal, and the next run has nothing to do for the empty segment.
  seeder.write("a.ndjson", rows(5_000));
  succeeded(await cli(stack.project, ["baseline", "a", "--stack", "test", "--yes"]));
  expect(outputOf(succeeded(await stack.up()))).not.toContain("a/1");
  expect(seeder.bodies("orders")).toHaveLength(5_100);
  expect(stack.exportState()).toContain("::a/1");
});

it("keeps a segment whose ledger is empty, and finds what a killed run pushed once the rows are back", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest, "a.ndjson": rows(5_000) } });
  const { stack } = seeder;
  const newOnly = ["--target", "**::a/1"];
  succeeded(await stack.up());
  seeder.write("a.ndjson", rows(5_400));
  succeeded(await stack.up({ args: newOnly }));
  expect(byRow(seeder.bodies("orders"))).toEqual(bodies(5_400));

  // The segment in front of them was recorded as the end of the file.
  seeder.write("a.ndjson", rows(5_000));
  const shorter = await stack.up();
  expect([shorter.code, outputOf(shorter)]).toEqual([1, expect.stringContaining("DATA_FILE_EDITED")]);
  seeder.write("a.ndjson", rows(5_400));
  const names = Array.from({ length: 400 }, (_, n) => `#${5_001 + n}`);
  succeeded(await cli(stack.project, ["forget", "a", ...names, "--stack", "test", "--yes"]));

  await killWhilePushing(seeder, newOnly);
  seeder.write("a.ndjson", rows(5_000));
  const cut = await stack.up();
  expect([cut.code, outputOf(cut)]).toEqual([1, expect.stringContaining("DATA_FILE_EDITED")]);
  seeder.write("a.ndjson", rows(5_400));
  const back = succeeded(await stack.up());
  expect(outputOf(back)).toContain("the journal of an interrupted run shows");
  expect(byRow(seeder.bodies("orders").slice(5_400))).toEqual(bodies(5_400).slice(5_000));
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
