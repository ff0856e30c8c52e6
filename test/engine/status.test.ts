import { expect, it } from "vitest";
import { problemsWith } from "../cli/schema.ts";
import { parseGauges } from "../cli/status/openmetrics.ts";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";

const manifest = (...ids: readonly string[]) =>
  `queue: orders\nmessages:\n${ids.map((id) => `  - id: ${id}\n    body: of ${id}\n`).join("")}`;

async function statusOf({ stack }: Seeder, env: Record<string, string> = {}) {
  const run = await cli(stack.project, ["status", "--stack", "test", "--format", "json"], env);
  succeeded(run);
  const status = JSON.parse(run.stdout);
  expect(problemsWith("status", status)).toEqual([]);
  return status;
}

it("shows pushed, pending, edited and removed messages, those in doubt, and the current queue", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": manifest("one", "two", "three"), "b.yaml": manifest("x") },
  });
  const { emulator, stack } = seeder;
  expect(await statusOf(seeder)).toMatchObject({
    base: { kind: "ledger" },
    manifests: [
      { name: "a", pushed: 0, pending: 3, lastPush: null },
      { name: "b", pushed: 0, pending: 1 },
    ],
    queues: [{ name: "orders", metrics: { backlog_count: 0 } }],
    metricsSkipped: null,
  });

  succeeded(await stack.up());
  seeder.write("a.yaml", `${manifest("one", "four")}  - id: two\n    body: another\n`);
  stack.remove("messages/b.yaml");
  expect(await statusOf(seeder)).toMatchObject({
    manifests: [{ name: "a", pushed: 1, pending: 0, edited: 1, removed: 1, lastPush: { at: expect.any(String) } }],
    removed: [{ name: "b", pushed: 1 }],
    queues: [{ metrics: { backlog_count: 4 } }],
  });

  seeder.write("a.yaml", `in_doubt: stop\n${manifest("one", "two", "three", "four")}`);
  emulator.faults.add({ match: { route: "push" }, effect: { kind: "lost", when: "after" } });
  expect((await stack.up()).code).not.toBe(0);
  emulator.faults.clear();
  expect(await statusOf(seeder)).toMatchObject({ manifests: [{ pushed: 3, pending: 0, inDoubt: 1 }] });
  const text = await cli(stack.project, ["status", "--stack", "test"]);
  expect([text.code, text.stderr]).toEqual([0, ""]);
  expect(text.stdout).toMatch(/^a +orders +3 +0 +1 +(?:just now|\d+ s ago)$/m);
  expect(text.stdout).toContain("\na: in doubt: four\n");
  expect(outputOf(text)).not.toContain(emulator.token);
  const metrics = await cli(stack.project, ["status", "--stack", "test", "--format", "prometheus", "--exit-code"]);
  expect([metrics.code, metrics.stderr]).toEqual([3, ""]);
  const gauges = parseGauges(metrics.stdout);
  expect(gauges.get("queue_seeder_in_doubt_messages")).toMatchObject([
    { labels: { stack: "test", manifest: "a", queue: "orders" }, value: 1 },
    { labels: { manifest: "b" }, value: 0 },
  ]);
  expect(gauges.get("queue_seeder_queue_backlog_messages")).toMatchObject([{ value: 5 }]);

  seeder.write("a.yaml", "queue: orders\nmesages: []\n");
  const broken = await cli(stack.project, ["status", "--stack", "test"]);
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining("UNKNOWN_KEY")]);
  expect(broken.stdout).toBe(
    "By the ledger alone:\na → orders: 3 messages pushed, 1 in doubt\nb → orders: 1 message pushed, 0 in doubt\n",
  );
});

it("ends with 1 if it is unknown what was pushed, but with 0 for a stack that was never deployed", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest("one") } });
  const { project } = seeder.stack;
  const lost = await cli(project, ["status", "--stack", "test"], { PULUMI_BACKEND_URL: "file:///nowhere" });
  expect([lost.code, lost.stdout]).toEqual([1, ""]);
  expect(lost.stderr).toContain("Cannot determine what was pushed to test: ");
  seeder.stack.write("Pulumi.other.yaml", "config: { queue-seeder:queues: { orders: { create: true } } }\n");
  expect(succeeded(await cli(project, ["status", "--stack", "other"])).stdout).toMatch(
    /without a ledger, because no stack/,
  );
});

it("continues without metrics, and says why there are none", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest("one") }, passphrase: true });
  const { emulator } = seeder;
  const locked = await statusOf(seeder, { PULUMI_CONFIG_PASSPHRASE: "wrong" });
  expect(locked.metricsSkipped).toMatch(
    /^the stack's secrets cannot be read \(.+\), and no credentials for the Cloudflare API are set/,
  );
  expect(locked.manifests).toMatchObject([{ pending: 1 }]);
  // Credentials from the environment work as well.
  const env = { PULUMI_CONFIG_PASSPHRASE: "wrong", CLOUDFLARE_API_TOKEN: emulator.token };
  expect((await statusOf(seeder, env)).queues).toMatchObject([{ metrics: { backlog_count: 0 }, reason: null }]);

  emulator.deleteQueue("orders");
  expect((await statusOf(seeder)).queues).toMatchObject([
    { metrics: null, reason: expect.stringContaining("not found") },
  ]);
});
