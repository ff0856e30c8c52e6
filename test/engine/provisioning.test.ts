import { expect, it } from "vitest";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";
import { addStack } from "./support/stack.ts";

const messages = { "a.yaml": "queue: events\nmessages: [{ body: 1 }, { body: 2 }]\n" };
const queues = { events: { create: true, name: "events-test", settings: { delivery_delay: 60 } } };

it("creates a queue and fills it in the same run; the preview before says how many messages will be pushed", async () => {
  await using seeder = await makeSeeder({ messages, queues, standin: true, credentials: "environment" });
  const { stack, emulator, bodies } = seeder;

  const up = succeeded(await stack.up({ preview: true }));
  expect(up.stdout).toContain("2 messages to push to events");
  expect(bodies("events-test")).toEqual([1, 2]);
  expect(emulator.messages("events-test").map(({ delaySeconds }) => delaySeconds)).toEqual([60, 60]);
  expect(stack.outputs()).toMatchObject({ queues: { events: { id: emulator.queueId("events-test") } } });
});

it("checks everything in the preview of a queue that does not exist yet", async () => {
  const broken = { "a.yaml": "queue: events\nmessages: [{ body: 1, delay_seconds: 100000 }]\n" };
  await using seeder = await makeSeeder({ messages: broken, queues, standin: true, credentials: "environment" });
  const preview = await seeder.stack.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.stdout + preview.stderr).toMatch(/messages\/a\.yaml:2:\d+ [A-Z_]+/);
});

it("adopts the queue that it pushed to, pushes nothing again, configures it, and protects it from being destroyed", async () => {
  const emulator = { queues: [{ name: "old", settings: { deliveryDelay: 5 } }] };
  await using seeder = await makeSeeder({ messages, queues: {}, emulator, standin: true, credentials: "environment" });
  const { stack, bodies } = seeder;
  const id = seeder.emulator.queueId("old");
  const setQueue = (queue: object) => stack.setConfig({ "queue-seeder:queues": { events: queue } });

  await setQueue({ id });
  succeeded(await stack.up());
  expect(bodies("old")).toEqual([1, 2]);

  await setQueue({ create: true, name: "old", adopt: id, settings: { delivery_delay: 9 } });
  seeder.write("b.yaml", "queue: events\nmessages: [{ body: 3 }]\n");
  succeeded(await stack.up());
  expect(bodies("old")).toEqual([1, 2, 3]);
  expect(stack.outputs()).toMatchObject({ queues: { events: { id } } });
  expect(await settings(seeder, "old")).toMatchObject({ delivery_delay: 9 });

  const destroy = await stack.destroy();
  expect(destroy.code).not.toBe(0);
  expect(outputOf(destroy)).toMatch(/protect/);
  expect(bodies("old")).toEqual([1, 2, 3]);
});

it("gives each review environment queues of its own, which come and go with its stack", async () => {
  const own = {
    orders: { create: true, name: "orders-${stack}", jurisdiction: "eu", settings: { delivery_delay: 1 } },
  };
  const both = {
    "all.yaml": "queue: orders\nmessages: [{ body: everywhere }]\n",
    "review.yaml": "queue: orders\nstacks: ['review-*']\nmessages: [{ body: '${stack}' }]\n",
  };
  const options = { messages: both, queues: own, standin: true, credentials: "environment", name: "dev" } as const;
  await using seeder = await makeSeeder(options);
  const { emulator, stack } = seeder;
  const bodies = (queue: string) => new Set(seeder.bodies(queue));
  const config = { "queue-seeder:accountId": emulator.accountId, "queue-seeder:queues": own };
  const review = await addStack(stack.project, "review-12", config);

  succeeded(await review.up());
  expect(bodies("orders-review-12")).toEqual(new Set(["everywhere", "review-12"]));

  succeeded(await review.destroy());
  succeeded(await review.pulumi(["stack", "rm", "--yes"]));
  expect(() => emulator.queueId("orders-review-12")).toThrow();
  expect(() => emulator.queueId("orders-dev")).toThrow();
});

/** Returns the settings of a queue from the API. */
async function settings({ emulator }: Seeder, queue: string): Promise<unknown> {
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId(queue)}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${emulator.token}` } });
  const { result } = (await answer.json()) as { result: { settings: unknown } };
  return result.settings;
}
