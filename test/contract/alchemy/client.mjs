// Runs alchemy's unmodified Queue and QueueConsumer, and the API calls that they are built on. Prints how its calls ended.

import assert from "node:assert/strict";
import alchemy from "alchemy";
import * as cloudflare from "alchemy/cloudflare";

const { Queue, QueueConsumer } = cloudflare;
const calls = { worked: 0, refused: 0 };

/** Makes a call that must succeed, and checks its result. */
async function worked(call, check) {
  const result = await call();
  check?.(result);
  calls.worked += 1;
  return result;
}

/** Makes a call that alchemy must reject with a message that matches `words`. */
async function refused(call, words) {
  await assert.rejects(call, words);
  calls.refused += 1;
}

/** Declares the resources of one run. At its end, alchemy deletes those that only the previous run declared. */
async function run(resources) {
  const app = await alchemy("contract", { stage: "test", phase: "up", password: "none", quiet: true });
  await resources();
  await app.finalize();
}

// Create.
let queue;
let consumer;
await run(async () => {
  queue = await worked(
    () => Queue("orders", { name: "orders-queue", settings: { deliveryDelay: 3, messageRetentionPeriod: 600 } }),
    ({ name, settings }) => {
      assert.equal(name, "orders-queue");
      assert.deepEqual(settings, { deliveryDelay: 3, deliveryPaused: false, messageRetentionPeriod: 600 });
    },
  );
  consumer = await worked(
    () =>
      QueueConsumer("mailer", { queue, scriptName: "mailer", settings: { batchSize: 20, deadLetterQueue: "dead" } }),
    ({ id, queueId, scriptName, settings }) => {
      assert.match(id, /^[0-9a-f]{32}$/);
      assert.deepEqual([queueId, scriptName], [queue.id, "mailer"]);
      assert.deepEqual(settings, {
        batchSize: 20,
        maxConcurrency: null,
        maxRetries: 3,
        maxWaitTimeMs: 5000,
        retryDelay: 0,
        deadLetterQueue: "dead",
      });
    },
  );
});

// Update in place.
await run(async () => {
  const changed = await worked(
    () => Queue("orders", { name: "orders-queue", settings: { deliveryPaused: true } }),
    ({ id, settings }) => {
      assert.equal(id, queue.id);
      assert.deepEqual(settings, { deliveryDelay: 3, deliveryPaused: true, messageRetentionPeriod: 600 });
    },
  );
  await worked(
    () => QueueConsumer("mailer", { queue: changed, scriptName: "mailer", settings: { maxRetries: 9 } }),
    ({ id, settings }) => {
      assert.equal(id, consumer.id);
      assert.deepEqual([settings.maxRetries, settings.batchSize], [9, 10]);
    },
  );
});

// An existing queue is refused, unless the run is to adopt it.
const other = { stage: "other", phase: "up", password: "none", quiet: true };
const taker = await alchemy("contract", other);
await refused(
  () => Queue("orders", { name: "orders-queue" }),
  /409 creating Queue 'orders-queue': 11009: .*already taken/,
);
await refused(() => Queue("bad", { name: "Orders" }), /400 creating Queue 'Orders': 11003/);
const adopted = await worked(
  () => Queue("orders", { name: "orders-queue", adopt: true, settings: { deliveryDelay: 8 } }),
  ({ id, settings }) => assert.deepEqual([id, settings.deliveryDelay, settings.deliveryPaused], [queue.id, 8, true]),
);
await refused(
  () => QueueConsumer("second", { queue: adopted, scriptName: "mailer" }),
  /400 .*11004: .*already has a consumer/,
);
await worked(
  () => QueueConsumer("mailer", { queue: adopted, scriptName: "mailer", adopt: true, settings: { batchSize: 7 } }),
  ({ id, settings }) => assert.deepEqual([id, settings.batchSize], [consumer.id, 7]),
);
await refused(
  () => QueueConsumer("none", { queue: "0".repeat(32), scriptName: "mailer" }),
  /404 .*11000: Queue not found/,
);

// The API calls that the resources are built on.
const api = await cloudflare.createCloudflareApi();
await worked(
  () => cloudflare.listQueues(api),
  (found) => assert.deepEqual(new Set(found.map(({ name }) => name)), new Set(["orders-queue", "dead"])),
);
// More than one page of 100 queues.
for (let index = 0; index < 120; index += 1) await cloudflare.createQueue(api, `many-${index}`, {});
await worked(
  () => cloudflare.listQueues(api),
  (found) => assert.equal(new Set(found.map(({ id }) => id)).size, 122),
);
await worked(
  () => cloudflare.findQueueByName(api, "many-119"),
  ({ result }) => assert.equal(result.queue_name, "many-119"),
);
await worked(
  () => cloudflare.findQueueByName(api, "none"),
  (found) => assert.equal(found, null),
);
await worked(
  () => cloudflare.getQueue(api, queue.id),
  ({ result }) => assert.deepEqual([result.queue_name, result.settings.delivery_delay], ["orders-queue", 8]),
);
await refused(() => cloudflare.getQueue(api, "0".repeat(32)), /404 getting Queue .*11000/);
await refused(
  () => cloudflare.updateQueue(api, queue.id, { name: "orders-queue", settings: { messageRetentionPeriod: 1 } }),
  /400 updating Queue/,
);
await worked(
  () => cloudflare.listQueueConsumers(api, queue.id),
  ([found, ...rest]) => {
    assert.deepEqual(
      [rest.length, found.id, found.scriptName, found.queueName],
      [0, consumer.id, "mailer", "orders-queue"],
    );
  },
);
await worked(
  () => cloudflare.listQueueConsumersForWorker(api, "mailer"),
  ([found]) => assert.deepEqual([found.consumerId, found.queueId], [consumer.id, queue.id]),
);
await taker.finalize();

// Delete: this run declares neither resource.
await worked(() => run(async () => undefined));
await worked(
  () => cloudflare.findQueueByName(api, "orders-queue"),
  (found) => assert.equal(found, null),
);
// Deleting a resource that no longer exists is not an error.
await worked(() => cloudflare.deleteQueue(api, queue.id));
await worked(() => cloudflare.deleteQueueConsumer(api, queue.id, consumer.id));
console.log(JSON.stringify(calls));
