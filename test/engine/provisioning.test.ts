import { expect, it } from "vitest";
import { makeSeeder, succeeded } from "./support/seeder.ts";

const messages = { "a.yaml": "queue: events\nmessages: [{ body: 1 }, { body: 2 }]\n" };
const queues = { events: { create: true, name: "events-test", settings: { delivery_delay: 60 } } };

it("creates a queue and fills it in the same run; the preview before says how many messages will go", async () => {
  await using seeder = await makeSeeder({ messages, queues, standin: true, credentials: "environment" });
  const { stack, emulator, bodies } = seeder;

  const preview = await stack.preview();
  succeeded(preview);
  expect(preview.stdout).toContain("2 messages to push to events");
  expect(emulator.requests).toHaveLength(0);

  succeeded(await stack.up({ preview: true }));
  expect(bodies("events-test")).toEqual([1, 2]);
  expect(emulator.messages("events-test").map(({ delaySeconds }) => delaySeconds)).toEqual([60, 60]);
  expect(stack.outputs()).toMatchObject({ queues: { events: { id: emulator.queueId("events-test") } } });
  expect((await stack.up()).stdout).toContain("5 unchanged");

  succeeded(await stack.destroy());
  expect(() => emulator.queueId("events-test")).toThrow();
});

it("checks everything in the preview of a queue that is not there yet", async () => {
  const broken = { "a.yaml": "queue: events\nmessages: [{ body: 1, delay_seconds: 100000 }]\n" };
  await using seeder = await makeSeeder({ messages: broken, queues, standin: true, credentials: "environment" });
  const preview = await seeder.stack.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.stdout + preview.stderr).toMatch(/messages\/a\.yaml:2:\d+ [A-Z_]+/);
});
