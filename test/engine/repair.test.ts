import { join } from "node:path";
import { expect, it } from "vitest";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";

const main = join(import.meta.dirname, "../../src/cli/main.mjs");

/** Runs the command line in the stack's project, in a process of its own. */
function run({ stack }: Seeder, ...args: string[]): Promise<ProcessResult> {
  const { dir, env } = stack.project;
  return spawnProcess(process.execPath, [main, ...args, "--stack", stack.name], { cwd: dir, env, timeoutMs: 150_000 })
    .done;
}

const manifest = (...bodies: number[]) =>
  `queue: orders\nin_doubt: stop\nmessages:\n${bodies.map((n) => `  - { id: m${n % 100}, body: ${n} }\n`).join("")}`;

it("baselines, settles and forgets without a push, leaves other manifests alone, and finds a manifest by its current name", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": manifest(1, 2), "a/b.yaml": manifest(3) },
    emulator: { queues: [{ name: "orders" }, { name: "second" }] },
  });
  const { stack, emulator, bodies } = seeder;
  const baseline = succeeded(await run(seeder, "baseline", "a", "--yes"));
  expect(baseline.stderr).toContain("2 messages marked as pushed; nothing was pushed");
  expect(baseline.stdout).toBe("");
  expect(emulator.requests).toHaveLength(0);

  seeder.write("a.yaml", manifest(101, 2));
  succeeded(await run(seeder, "baseline", "a", "--yes"));
  // The baseline did not include the manifest in the folder of the same name, which is still pushed.
  seeder.write("d.yaml", manifest(3, 4));
  // A single message is pushed by another route.
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  const lost = await stack.up();
  expect(lost.code).not.toBe(0);
  expect(outputOf(lost)).toContain("queue-seeder settle d --pushed");
  expect(bodies("orders").toSorted()).toEqual([3, 3, 4]);
  const settled = succeeded(await run(seeder, "settle", "d", "--pushed", "--yes"));
  expect(settled.stderr).toContain("2 messages in doubt marked as pushed");
  expect(succeeded(await run(seeder, "forget", "d", "m4", "--yes")).stderr).toContain(
    "1 message removed from the ledger",
  );

  // A removed manifest is not part of a repair, and does not block one.
  stack.remove("messages/a/b.yaml");
  stack.remove("messages/a.yaml");
  seeder.write("c.yaml", `moved_from: [a]\n${manifest(101, 2)}`);
  const forgotten = succeeded(await run(seeder, "forget", "c", "m2", "--yes"));
  expect(forgotten.stderr).toContain("1 message removed from the ledger");
  expect(bodies("orders")).toHaveLength(3);
  succeeded(await stack.up());
  expect(bodies("orders").slice(3).toSorted()).toEqual([2, 4]);
  expect(stack.outputs().manifests).toMatchObject({ c: { pushed: 2 }, d: { pushed: 2 } });

  // A repair is of the ledger of the queue that the configuration names.
  await stack.setConfig({ "queue-seeder:queues": { orders: { id: emulator.queueId("second") } } });
  const refused = await run(seeder, "baseline", "c", "--yes");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /QUEUE_CHANGED: the ledger of c belongs to the queue .* Run `pulumi up` first.*\n.*not changed/,
  );
  expect([bodies("orders").length, bodies("second")]).toEqual([5, []]);
});

it("asks for what it needs, and reports unknown names", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1) } });
  expect(await run(seeder, "forget", "a")).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  expect(await run(seeder, "settle", "a", "--yes")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--pushed or --resend"),
  });
  const misspelt = await run(seeder, "forget", "aa", "--yes");
  expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringMatching(/no manifest "aa"\. It has a\./) });
  expect(seeder.emulator.requests).toHaveLength(0);
});

it("settles rows of a data file that has more or fewer segments than before", async () => {
  const rows = (count: number) => Array.from({ length: count }, (_, n) => n).join("\n");
  const map = 'map: { id: "o-${index}", body: "${row}" }';
  const source = `queue: orders\nin_doubt: stop\nsource: { file: rows.ndjson, ${map} }\n`;
  await using seeder = await makeSeeder({ messages: { "a.yaml": source, "rows.ndjson": rows(200) } });
  const { stack, emulator, bodies } = seeder;
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  const failed = await stack.up();
  expect(failed.code).not.toBe(0);
  // Either request may be the first one.
  const [doubted = "", first = ""] =
    /#(1|101) \(o-(?:0|100)\) to #(?:100|200) \(o-(?:99|199)\)/.exec(outputOf(failed)) ?? [];
  expect(succeeded(await run(seeder, "status")).stdout).toContain(`\na: in doubt: ${doubted}\n`);
  seeder.write("rows.ndjson", rows(5_010));
  const [right, wrong] = [`#${first} (o-${Number(first) - 1})`, `#${Number(first) + 1} (o-${Number(first) - 1})`];
  const one = await run(seeder, "settle", "a", right, wrong, "--pushed", "--yes");
  expect([one.code, one.stderr]).toEqual([
    1,
    "1 message in doubt marked as pushed; nothing was pushed\n1 of the 2 named messages are not eligible and were left unchanged.\n",
  ]);
  const settled = succeeded(await run(seeder, "settle", "a", "--pushed", "--yes"));
  expect(settled.stderr).toContain("99 messages in doubt marked as pushed; nothing was pushed");
  succeeded(await stack.up());
  expect(bodies("orders")).toHaveLength(5_010);

  // The removed rows stay in the ledger, and the refusal stays until a baseline accepts the file.
  seeder.write("rows.ndjson", rows(5_000));
  succeeded(await run(seeder, "forget", "a", "#1", "--yes"));
  expect(outputOf(await stack.up())).toContain("DATA_FILE_EDITED");
  succeeded(await run(seeder, "baseline", "a", "--yes"));
  succeeded(await stack.up());
  expect(bodies("orders")).toHaveLength(5_010);
});
