import { expect, it } from "vitest";
import { decodeSegment } from "../../src/lifecycle/state/encoded-segment.ts";
import { makeSeeder, succeeded } from "./support/seeder.ts";
import { addStack } from "./support/stack.ts";

const manifest = (...bodies: (string | number)[]) =>
  `queue: orders\nmessages:\n${bodies.map((body) => `  - body: ${body}\n`).join("")}`;

it("keeps two stacks apart", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": manifest(1), "prod.yaml": `stacks: ["prod*"]\n${manifest("only prod")}` },
    emulator: { queues: [{ name: "orders" }, { name: "orders-prod" }] },
  });
  const { stack, emulator, bodies } = seeder;
  const prod = await addStack(stack.project, "prod-eu", {
    "queue-seeder:accountId": emulator.accountId,
    "queue-seeder:queues": { orders: { id: emulator.queueId("orders-prod") } },
    "queue-seeder:apiToken": { secret: emulator.token },
  });
  succeeded(await stack.up());
  expect(bodies("orders-prod")).toEqual([]);
  succeeded(await prod.up());
  expect(bodies("orders")).toEqual([1]);
  expect(bodies("orders-prod").sort()).toEqual([1, "only prod"]);
});

it("reads metrics again on refresh, shows in preview how many messages will be pushed, and recalls none on destroy", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1, 2) } });
  const { stack, emulator } = seeder;
  succeeded(await stack.up());
  const other = await fetch(
    `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId("orders")}/messages`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${emulator.token}` },
      body: JSON.stringify({ body: "from elsewhere" }),
    },
  );
  expect(other.status).toBe(200);
  // A refresh concerns what is deployed, not an edit that is not.
  seeder.write("a.yaml", manifest(1, 3));
  succeeded(await stack.refresh());
  const resources: readonly { outputs?: Readonly<Record<string, unknown>> }[] = JSON.parse(stack.exportState())
    .checkpoint.latest.resources;
  const records = resources.flatMap(({ outputs }) => (outputs?.record === undefined ? [] : [decodeSegment(outputs)]));
  expect(records).toEqual([expect.objectContaining({ metrics: expect.objectContaining({ backlog_count: 3 }) })]);

  const preview = succeeded(await stack.preview());
  expect(preview.stdout).toContain("1 message to push to orders, 1 pushed before, 1 removed");
  expect(seeder.bodies("orders")).toEqual([1, 2, "from elsewhere"]);

  // The queue is gone: nothing changes without an edit, and the rest still works.
  seeder.write("a.yaml", manifest(1, 2));
  emulator.deleteQueue("orders");
  expect(succeeded(await stack.refresh()).stdout).toContain("is gone");
  expect(succeeded(await stack.up()).stdout).toContain("3 unchanged");

  // soak.test.ts deploys such a stack again, which starts with an empty ledger.
  const destroyed = succeeded(await stack.destroy());
  expect(destroyed.stdout).toContain("2 messages");
  expect(destroyed.stdout).toContain("cannot be recalled");
  expect(seeder.pushes()).toEqual([2, 1]);
});
