import { expect, it } from "vitest";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const many = (count: number) =>
  `queue: orders\nmessages:\n${Array.from({ length: count }, (_, n) => `  - { id: "m${n}", body: ${n} }\n`).join("")}`;

it("keeps the ledger of a run that failed in the middle, also through a refresh, and the next one sends only the rest", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(600) } });
  const { stack, emulator, bodies } = seeder;
  // The free plan's limit applies for the rest of the day: three requests succeed, the others are refused.
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10253 }, skip: 3 });
  const failed = await stack.up();
  expect(failed.code).not.toBe(0);
  expect(outputOf(failed)).toContain("10253");
  expect(outputOf(failed)).toContain("300 of 600 messages");
  expect(bodies("orders")).toHaveLength(300);

  emulator.faults.clear();
  succeeded(await stack.refresh());
  const preview = await stack.preview();
  expect(preview.stdout).toContain("300 messages to push to orders, 300 pushed before");
  succeeded(await stack.up());
  expect(bodies("orders").sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 600 }, (_, n) => n));
});

it("sends messages without an answer again, and names those that may have arrived twice", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(3) } });
  const { stack, emulator, bodies } = seeder;
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  const up = await stack.up();
  succeeded(up);
  expect(outputOf(up)).toContain("may have arrived twice");
  expect(bodies("orders")).toEqual([0, 1, 2, 0, 1, 2]);
  expect(stack.outputs()).toMatchObject({
    manifests: { a: { pushed: 3, lastPush: { possibleDuplicates: ["m0", "m1", "m2"] } } },
  });
});

it("with in_doubt: stop never sends messages without an answer again, and can be destroyed", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": `in_doubt: stop\n${many(3)}` } });
  const { stack, emulator, bodies } = seeder;
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  for (const run of [await stack.up(), await stack.up()]) {
    expect(run.code).not.toBe(0);
    expect(outputOf(run)).toContain("m0, m1, m2");
  }
  succeeded(await stack.destroy());
  expect(bodies("orders")).toEqual([0, 1, 2]);
});

it.each(["none", "wrong"] as const)("names the credentials that it needs: %s", async (credentials) => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": many(1) },
    credentials: credentials === "none" ? "none" : "config",
  });
  if (credentials === "wrong") await seeder.stack.setConfig({ "queue-seeder:apiToken": { secret: "not-the-token" } });
  const up = await seeder.stack.up();
  expect(up.code).not.toBe(0);
  expect(outputOf(up)).toMatch(credentials === "none" ? /queue-seeder:apiToken/ : /10000|10001|credentials/);
  expect(outputOf(up)).not.toContain("not-the-token");
  expect(seeder.pushes()).toEqual([]);
  expect(seeder.stack.exportState()).not.toContain("not-the-token");
});

it("shows every problem of every manifest at its location, and pushes nothing", async () => {
  await using seeder = await makeSeeder({
    messages: {
      "good.yaml": many(2),
      "bad.yaml": "queue: orders\nmessages:\n  - body: 1\n    delay_seconds: -5\n  - bdy: 2\n",
      "worse.yaml": "queue: ordres\nmessages: [{ body: 1 }]\n",
    },
  });
  const up = await seeder.stack.up();
  expect(up.code).not.toBe(0);
  expect(outputOf(up)).toMatch(/messages\/bad\.yaml:4:\d+ [A-Z_]+: /);
  expect(outputOf(up)).toMatch(/messages\/bad\.yaml:5:\d+ UNKNOWN_KEY: .*body/);
  expect(outputOf(up)).not.toContain("strict mode");
  expect(outputOf(up)).toMatch(/messages\/worse\.yaml:1:\d+ QUEUE_UNKNOWN: .*orders/);
  expect(outputOf(up)).not.toMatch(/^\s+at /m);
  expect(seeder.emulator.requests).toHaveLength(0);
});

it("reports errors in the configuration: both id and create, an unknown key, and then no account", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(1) } });
  const { stack, emulator } = seeder;
  const orders = { id: emulator.queueId("orders") };
  for (const [queues, expected] of [
    [
      { orders: { id: "a", create: true }, more: { create: true, settings: { delay: 1 } } },
      ["queue-seeder:queues.orders", "settings.delay"],
    ],
    [{ orders }, ["accountId"]],
  ] as const) {
    await stack.setConfig({ "queue-seeder:accountId": "", "queue-seeder:queues": queues });
    const up = await stack.up();
    expect(up.code).not.toBe(0);
    for (const each of expected) expect(outputOf(up)).toContain(each);
    expect(outputOf(up)).not.toMatch(/^\s+at /m);
  }
  expect(emulator.requests).toHaveLength(0);
});

it("takes account and credentials from the environment if the configuration has none", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(1) }, credentials: "environment" });
  await seeder.stack.setConfig({ "queue-seeder:accountId": "" });
  succeeded(await seeder.stack.up({ env: { CLOUDFLARE_ACCOUNT_ID: seeder.emulator.accountId } }));
  expect(seeder.pushes()).toEqual([1]);
});
