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

it("reads the metrics anew on refresh, and survives a queue that is gone", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1) } });
  const { stack, emulator } = seeder;
  await stack.up();
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
  seeder.write("a.yaml", manifest(2));
  succeeded(await stack.refresh());
  seeder.write("a.yaml", manifest(1));
  const resources: readonly { outputs?: Readonly<Record<string, unknown>> }[] = JSON.parse(stack.exportState())
    .checkpoint.latest.resources;
  const records = resources.flatMap(({ outputs }) => (outputs?.record === undefined ? [] : [decodeSegment(outputs)]));
  expect(records).toEqual([expect.objectContaining({ metrics: expect.objectContaining({ backlog_count: 2 }) })]);

  emulator.deleteQueue("orders");
  const gone = await stack.refresh();
  succeeded(gone);
  expect(gone.stdout).toContain("is gone");
  const unchanged = await stack.up();
  succeeded(unchanged);
  expect(unchanged.stdout).toContain("3 unchanged");
  expect(seeder.pushes()).toEqual([1, 1]);
});

it("says in preview how many messages will go, pushes none of them, and none on destroy: messages cannot be recalled", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1, 2) } });
  succeeded(await seeder.stack.up());
  seeder.write("a.yaml", manifest(1, 3));
  const preview = succeeded(await seeder.stack.preview());
  expect(preview.stdout).toContain("1 message to push to orders, 1 pushed before, 1 removed");
  expect(seeder.pushes()).toEqual([2]);
  const destroyed = await seeder.stack.destroy();
  succeeded(destroyed);
  expect(destroyed.stdout).toContain("2 messages");
  expect(destroyed.stdout).toContain("cannot be recalled");
  expect(seeder.bodies("orders")).toEqual([1, 2]);
  // A stack that is deployed again starts with an empty ledger.
  succeeded(await seeder.stack.up());
  expect(seeder.pushes()).toEqual([2, 2]);
});
