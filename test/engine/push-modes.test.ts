import { expect, it } from "vitest";
import { makeSeeder, succeeded } from "./support/seeder.ts";

const once = (lines: string) => `queue: orders\nmessages:\n${lines}`;
const changing = (body: string) => `queue: changes\npush: on_change\nmessages:\n  - body: same\n  - body: ${body}\n`;

it("pushes once, on change and on every deploy: first, reformatted with one added and one removed, edited, changed", async () => {
  const names = ["orders", "changes", "mails"];
  await using seeder = await makeSeeder({
    messages: { "a.yaml": once("  - { id: one, body: { n: 1, s: x } }\n  - body: plain\n    content_type: text\n") },
    emulator: { queues: names.map((name) => ({ name })) },
  });
  const { stack, emulator, bodies } = seeder;

  succeeded(await stack.up());
  expect(bodies("orders")).toEqual([{ n: 1, s: "x" }, "plain"]);
  const lastPush = { pushed: 2, requests: 1, at: expect.any(String), by: expect.any(String) };
  const metrics = {
    backlog_count: 2,
    backlog_bytes: expect.any(Number),
    oldest_message_timestamp_ms: expect.any(Number),
  };
  expect(stack.outputs()).toEqual({
    manifests: { a: { queue: "orders", messages: 2, pushed: 2, inDoubt: 0, pending: 0, lastPush } },
    queues: { orders: { id: emulator.queueId("orders"), metrics, metricsAt: expect.any(String) } },
  });

  await stack.setConfig({
    "queue-seeder:queues": Object.fromEntries(names.map((name) => [name, { id: emulator.queueId(name) }])),
  });
  // Another format changes nothing, and what was removed stays in the queue.
  seeder.write(
    "a.yaml",
    "# reformatted\nqueue: orders\nmessages: [{body: {s: x,  n: 1.0}, id: one}, {content_type: text, body: 'plain'}]\n",
  );
  seeder.write("b.yaml", "queue: mails\npush: every_deploy\nmessages: [{ body: 1 }, { body: 2 }]\n");
  seeder.write("c.yaml", changing("first"));
  expect(succeeded(await stack.up()).stdout).toContain("2 unchanged");
  expect(seeder.pushes()).toEqual([2, 2, 2]);

  seeder.write("a.yaml", once("  - { id: zero, body: 0 }\n  - { id: one, body: { n: 1, s: x } }\n"));
  succeeded(await stack.up());
  expect(bodies("orders")).toEqual([{ n: 1, s: "x" }, "plain", 0]);
  expect(bodies("changes")).toEqual(["same", "first"]);
  expect(bodies("mails")).toEqual([1, 2, 1, 2]);
  expect(stack.outputs()).toMatchObject({ manifests: { a: { pushed: 2, lastPush: { pushed: 1, requests: 1 } } } });

  // An edited message is refused before anything is pushed, at its place.
  seeder.write("a.yaml", once("  - { id: new, body: 3 }\n  - { id: one, body: 2 }\n"));
  stack.remove("messages/b.yaml");
  const before = seeder.pushes();
  for (const run of [await stack.preview(), await stack.up()]) {
    expect(run.code).not.toBe(0);
    expect(run.stdout + run.stderr).toContain("MESSAGE_EDITED");
    expect(run.stdout + run.stderr).toMatch(/messages\/a\.yaml:4:5 the message "one" was pushed with a different body/);
    expect(run.stdout + run.stderr).not.toMatch(/at .*lifecycle/);
  }
  expect(seeder.pushes()).toEqual(before);

  seeder.write("a.yaml", once("  - { id: new, body: 3 }\n  - { id: one-b, body: 2 }\n"));
  seeder.write("c.yaml", changing("second"));
  succeeded(await stack.up());
  expect(bodies("orders")).toEqual([{ n: 1, s: "x" }, "plain", 0, 3, 2]);
  expect(bodies("changes")).toEqual(["same", "first", "same", "second"]);
  expect(bodies("mails")).toEqual([1, 2, 1, 2]);
});
