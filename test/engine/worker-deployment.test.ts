import { expect, it } from "vitest";
import { startFakeProducer, workerKey } from "../support/fake-producer.ts";
import { sendToEmulator } from "../support/producer-queue.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";
import { startWorkersApi } from "./support/workers-api.ts";

const otherKey = Buffer.alloc(32, 9).toString("base64");
const messages = { "a.yaml": "queue: orders\nin_doubt: stop\nmessages: [{ body: 1 }, { body: 2 }]\n" };

/** Makes a stack whose queue uses a Worker that the program deploys, to an account with a fake Worker. */
async function makeDeployment() {
  await using resources = new AsyncDisposableStack();
  const seeder = resources.use(await makeSeeder({ messages, queues: {}, standin: true, credentials: "environment" }));
  const { stack, emulator } = seeder;
  const send = sendToEmulator(emulator);
  const worker = resources.use(await startFakeProducer({ accountId: emulator.accountId, name: "", queues: [], send }));
  const api = resources.use(await startWorkersApi(worker));
  const env = { STANDIN_WORKERS_URL: api.url };
  const orders = { id: emulator.queueId("orders"), transport: "worker" };
  await stack.setConfig({ "queue-seeder:queues": { orders }, "queue-seeder:workerKey": { secret: workerKey } });
  const owned = resources.move();
  return { seeder, stack, worker, api, env, orders, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

it("deploys the Worker, pushes through it, and makes a new version for another key or queue in the same run", async () => {
  await using deployed = await makeDeployment();
  const { seeder, stack, worker, api, env, orders } = deployed;

  const first = succeeded(await stack.up({ env, preview: true }));
  expect(first.stdout).toContain("2 messages to push to orders");
  // The preview before the run called nothing that changes something.
  expect(api.calls).toEqual(["POST worker-1", "POST version-2"]);
  expect(worker.queues).toEqual(["orders"]);
  expect(seeder.bodies("orders")).toEqual([1, 2]);
  expect(worker.requests[0]).toBe("/v1/hello");
  succeeded(await stack.refresh({ env }));
  expect(api.calls).toHaveLength(2);

  // Another key, and a queue that is created: a new version, and then the old one is deleted.
  const fresh = { create: true, name: "fresh-${stack}", transport: "worker" };
  await stack.setConfig({ "queue-seeder:queues": { orders, fresh }, "queue-seeder:workerKey": { secret: otherKey } });
  seeder.write("b.yaml", "queue: fresh\nmessages: [{ body: 3 }]\n");
  seeder.write("a.yaml", messages["a.yaml"].replace("{ body: 2 }", "{ body: 2 }, { body: 4 }"));
  succeeded(await stack.up({ env }));
  expect(api.calls.slice(2)).toEqual(["POST version-3", "DELETE version-2"]);
  expect(worker.queues).toEqual(["fresh-test", "orders"]);
  expect(seeder.bodies("fresh-test")).toEqual([3]);
  expect(seeder.bodies("orders")).toEqual([1, 2, 4]);
  for (const key of [workerKey, otherKey]) expect(stack.exportState()).not.toContain(key);

  // Deleted behind Pulumi's back: a refresh notices, and the next run deploys both again.
  api.clear();
  worker.forget();
  succeeded(await stack.refresh({ env }));
  seeder.write("a.yaml", messages["a.yaml"].replace("{ body: 2 }", "{ body: 2 }, { body: 4 }, { body: 5 }"));
  succeeded(await stack.up({ env }));
  expect(api.calls.slice(4)).toEqual(["POST worker-4", "POST version-5"]);
  expect(seeder.bodies("orders")).toEqual([1, 2, 4, 5]);

  // Switched off: the Worker goes, the messages stay, and the rest is pushed over REST.
  await stack.setConfig({
    "queue-seeder:queues": { orders: { ...orders, transport: "rest" }, fresh: { ...fresh, transport: "rest" } },
  });
  seeder.write("b.yaml", "queue: fresh\nmessages: [{ body: 3 }, { body: 6 }]\n");
  const off = succeeded(await stack.up({ env }));
  expect(api.calls.slice(6)).toEqual(["DELETE worker-4"]);
  expect(seeder.bodies("fresh-test")).toEqual([3, 6]);
  expect(seeder.bodies("orders")).toEqual([1, 2, 4, 5]);
  expect(outputOf(off)).not.toContain(otherKey);
});

it("destroys the Worker with its ledgers, keeps the messages, and pushes everything again afterwards", async () => {
  await using deployed = await makeDeployment();
  const { seeder, stack, worker, api, env } = deployed;
  succeeded(await stack.up({ env }));
  const before = worker.requests.length;

  succeeded(await stack.destroy({ env }));
  expect(api.calls).toEqual(["POST worker-1", "POST version-2", "DELETE worker-1"]);
  expect(worker.requests).toHaveLength(before);
  expect(seeder.bodies("orders")).toEqual([1, 2]);
  expect(JSON.parse(stack.exportState()).checkpoint.latest.resources ?? []).toEqual([]);

  // Even if a ledger were still there: a new deployment has another one.
  const up = succeeded(await stack.up({ env }));
  expect(api.calls.slice(3)).toEqual(["POST worker-3", "POST version-4"]);
  expect(seeder.bodies("orders")).toEqual([1, 2, 1, 2]);
  expect(outputOf(up)).not.toContain("the Worker's ledger has them");
});
