import { expect, it } from "vitest";
import { makeSeeder, succeeded } from "./support/seeder.ts";

const once = (lines: string) => `queue: orders\nmessages:\n${lines}`;

it("pushes once: first up, reformatted, added, removed", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": once("  - { id: one, body: { n: 1, s: x } }\n  - body: plain\n    content_type: text\n") },
  });
  const { stack, bodies, pushes } = seeder;

  const first = await stack.up();
  succeeded(first);
  expect(bodies("orders")).toEqual([{ n: 1, s: "x" }, "plain"]);
  expect(pushes()).toEqual([2]);
  const lastPush = { pushed: 2, requests: 1, at: expect.any(String), by: expect.any(String) };
  const metrics = {
    backlog_count: 2,
    backlog_bytes: expect.any(Number),
    oldest_message_timestamp_ms: expect.any(Number),
  };
  expect(stack.outputs()).toEqual({
    manifests: { a: { queue: "orders", messages: 2, pushed: 2, inDoubt: 0, pending: 0, lastPush } },
    queues: { orders: { id: seeder.emulator.queueId("orders"), metrics, metricsAt: expect.any(String) } },
  });

  seeder.write(
    "a.yaml",
    "# reformatted\nqueue: orders\nmessages: [{body: {s: x,  n: 1.0}, id: one}, {content_type: text, body: 'plain'}]\n",
  );
  expect((await stack.up()).stdout).toContain("3 unchanged");
  expect(pushes()).toEqual([2]);

  seeder.write("a.yaml", once("  - { id: zero, body: 0 }\n  - { id: one, body: { n: 1, s: x } }\n"));
  succeeded(await stack.up());
  expect(bodies("orders")).toEqual([{ n: 1, s: "x" }, "plain", 0]);
  expect(stack.outputs()).toMatchObject({ manifests: { a: { pushed: 2, lastPush: { pushed: 1, requests: 1 } } } });
});

it("refuses an edited message before it pushes anything, in preview and in up, and says where", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": once("  - { id: one, body: 1 }\n") } });
  const { stack, pushes } = seeder;
  succeeded(await stack.up());

  seeder.write("a.yaml", once("  - { id: new, body: 0 }\n  - { id: one, body: 2 }\n"));
  for (const run of [await stack.preview(), await stack.up()]) {
    expect(run.code).not.toBe(0);
    expect(run.stdout + run.stderr).toContain("MESSAGE_EDITED");
    expect(run.stdout + run.stderr).toMatch(/messages\/a\.yaml:4:5 the message "one" was pushed with another body/);
    expect(run.stdout + run.stderr).not.toMatch(/at .*lifecycle/);
  }
  expect(pushes()).toEqual([1]);

  seeder.write("a.yaml", once("  - { id: new, body: 0 }\n  - { id: one-b, body: 2 }\n"));
  succeeded(await stack.up());
  expect(pushes()).toEqual([1, 2]);
});

it("pushes all of it on change, and only then, and all of it on every deploy", async () => {
  const changing = (body: string) => `queue: orders\npush: on_change\nmessages:\n  - body: same\n  - body: ${body}\n`;
  const every = "queue: mails\npush: every_deploy\nmessages: [{ body: 1 }, { body: 2 }]\n";
  await using seeder = await makeSeeder({
    messages: { "a.yaml": changing("first"), "b.yaml": every },
    emulator: { queues: [{ name: "orders" }, { name: "mails" }] },
  });
  const { stack, emulator, bodies } = seeder;
  const queues = { orders: { id: emulator.queueId("orders") }, mails: { id: emulator.queueId("mails") } };
  await stack.setConfig({ "queue-seeder:queues": queues });
  succeeded(await stack.up());
  succeeded(await stack.up());
  expect(bodies("orders")).toEqual(["same", "first"]);
  seeder.write("a.yaml", changing("second"));
  succeeded(await stack.up());
  expect(bodies("orders")).toEqual(["same", "first", "same", "second"]);
  expect(bodies("mails")).toEqual([1, 2, 1, 2, 1, 2]);
  expect(seeder.pushes()).toEqual([2, 2, 2, 2, 2]);
});
