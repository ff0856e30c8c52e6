// Runs every queue call of the unmodified @distilled.cloud/cloudflare, which identifies errors by the live service's responses.
// Prints how its calls ended.

import assert from "node:assert/strict";
import { fromApiToken } from "@distilled.cloud/cloudflare/Credentials";
import * as service from "@distilled.cloud/cloudflare/queues";
import { Effect, Layer } from "effect";
import * as FetchHttpClient from "effect/unstable/http/FetchHttpClient";

const {
  CLOUDFLARE_ACCOUNT_ID: accountId,
  CLOUDFLARE_API_TOKEN: apiToken,
  CLOUDFLARE_BASE_URL: apiBaseUrl,
} = process.env;
const layer = (token) => Layer.mergeAll(FetchHttpClient.layer, fromApiToken({ apiToken: token, apiBaseUrl }));
const queues = { ...service };
const calls = { worked: 0, refused: 0 };
const used = new Set();

/** Makes a call. @returns its result, or its typed error */
function call(name, input, token = apiToken) {
  used.add(name);
  const effect = queues[name]({ accountId, ...input }).pipe(
    Effect.map((result) => ({ result })),
    Effect.catch((error) => Effect.succeed({ error })),
    Effect.provide(layer(token)),
  );
  return Effect.runPromise(effect);
}

/** Makes a call that must succeed, with `expected` in its result. @returns its result */
async function worked(name, input, expected = {}) {
  const { result, error } = await call(name, input);
  assert.equal(error, undefined, `${name}: ${error?._tag} ${error?.message}`);
  if (expected !== undefined) assert.partialDeepStrictEqual(result, expected, name);
  calls.worked += 1;
  return result;
}

/** Makes a call that must fail with an error of this tag. */
async function refused(name, input, tag, token) {
  const { result, error } = await call(name, input, token);
  assert.equal(error?._tag, tag, `${name}: ${error?.message ?? JSON.stringify(result)}`);
  calls.refused += 1;
}

const nowhere = "0".repeat(32);

// Queues.
const { queueId } = await worked(
  "createQueue",
  { queueName: "orders" },
  { queueName: "orders", consumersTotalCount: 0 },
);
await worked("createQueue", { queueName: "other" });
await refused("createQueue", { queueName: "orders" }, "QueueAlreadyExists");
await refused("createQueue", { queueName: "Orders" }, "InvalidQueueName");
await worked("getQueue", { queueId }, { queueId, settings: { deliveryDelay: 0, messageRetentionPeriod: 345_600 } });
await refused("getQueue", { queueId: nowhere }, "QueueNotFound");
await worked("listQueues", {}, { result: [{ queueName: "orders" }, { queueName: "other" }] });
await worked("patchQueue", { queueId, settings: { deliveryDelay: 5 } }, { settings: { deliveryDelay: 5 } });
await refused("patchQueue", { queueId: nowhere, settings: {} }, "QueueNotFound");
await worked(
  "updateQueue",
  { queueId, queueName: "orders" },
  { settings: { deliveryDelay: 0, deliveryPaused: false } },
);
await refused("updateQueue", { queueId, queueName: "-" }, "InvalidQueueName");
await refused("listQueues", {}, "Unauthorized", "another");

// Consumers.
await refused("createConsumer", { queueId, type: "worker" }, "InvalidRequestBody");
const worker = await worked(
  "createConsumer",
  { queueId, type: "worker", scriptName: "mailer", deadLetterQueue: "dead", settings: { batchSize: 20 } },
  { scriptName: "mailer", deadLetterQueue: "dead", settings: { batchSize: 20, maxConcurrency: null } },
);
const { consumerId } = worker;
await refused("createConsumer", { queueId, type: "http_pull" }, "ConsumerAlreadyExists");
await refused("createConsumer", { queueId: nowhere, type: "http_pull" }, "QueueNotFound");
// The client reads a Worker's name from the field that the live service uses.
await worked("getConsumer", { queueId, consumerId }, { consumerId, scriptName: "mailer", queueName: "orders" });
await worked("listConsumers", { queueId }, { result: [{ scriptName: "mailer" }] });
await worked("getQueue", { queueId }, { consumers: [{ scriptName: "mailer" }] });
await refused("getConsumer", { queueId, consumerId: nowhere }, "ConsumerNotFound");
await worked(
  "updateConsumer",
  { queueId, consumerId, type: "worker", scriptName: "mailer", settings: { maxRetries: 9 } },
  { consumerId, settings: { maxRetries: 9, batchSize: 10 } },
);
await refused("updateConsumer", { queueId, consumerId, type: "email" }, "InvalidRequestBody");
await worked("deleteConsumer", { queueId, consumerId }, undefined);
await refused("deleteConsumer", { queueId, consumerId }, "ConsumerNotFound");

// Messages.
await worked(
  "createConsumer",
  { queueId, type: "http_pull" },
  { type: "http_pull", settings: { visibilityTimeoutMs: 30_000 } },
);
await worked(
  "pushMessage",
  { queueId, body: "words", contentType: "text" },
  { metadata: { metrics: { backlogCount: 1, backlogBytes: 5 } } },
);
await refused("pushMessage", { queueId, contentType: "text" }, "InvalidMessageBody");
await refused("pushMessage", { queueId: "no-id", body: "words", contentType: "text" }, "InvalidQueueId");
const messages = [
  { body: { ä: 1 }, contentType: "json" },
  { body: "more", contentType: "text" },
];
await worked("bulkPushMessages", { queueId, messages }, { metadata: { metrics: { backlogCount: 3 } } });
await refused("bulkPushMessages", { queueId, messages: [] }, "InvalidMessageBody");
await refused("bulkPushMessages", { queueId }, "InvalidMessageBody");
await worked("getMetricsQueue", { queueId }, { backlogCount: 3, backlogBytes: 17 });
const pulled = await worked("pullMessage", { queueId, batchSize: 2 }, { messageBacklogCount: 3 });
assert.deepEqual(
  pulled.messages.map(({ body, attempts }) => [body, attempts]),
  [
    ["words", 1],
    [Buffer.from('{"ä":1}').toString("base64"), 1],
  ],
);
await refused("pullMessage", { queueId, batchSize: 101 }, "InvalidRequestBody");
await refused("pullMessage", { queueId: nowhere }, "QueueNotFound");
const [first, second] = pulled.messages.map(({ leaseId }) => ({ leaseId }));
await worked(
  "ackMessage",
  { queueId, acks: [first], retries: [{ ...second, delaySeconds: 9 }] },
  { ackCount: 1, retryCount: 1 },
);
await refused("ackMessage", { queueId, acks: [{}] }, "InvalidRequestBody");
await worked("startPurge", { queueId, deleteMessagesPermanently: true }, { queueName: "orders" });
await worked("statusPurge", { queueId }, { completed: "true" });
await refused("statusPurge", { queueId: "no-id" }, "InvalidQueueId");
await worked("getMetricsQueue", { queueId }, { backlogCount: 0 });

// Subscriptions.
const uploads = { name: "uploads", enabled: true, source: { type: "r2" }, events: ["bucket.created"] };
const destination = { queueId, type: "queues.queue" };
const { id: subscriptionId } = await worked(
  "createSubscription",
  { ...uploads, destination },
  { ...uploads, destination },
);
await refused("createSubscription", { ...uploads, destination, events: ["nope"] }, "UnrecognizedEventType");
await refused("createSubscription", { ...uploads, destination: { ...destination, queueId: nowhere } }, "QueueNotFound");
await worked("getSubscription", { subscriptionId }, { ...uploads, destination });
await refused("getSubscription", { subscriptionId: nowhere }, "SubscriptionNotFound");
await worked("listSubscriptions", { order: "source", perPage: 5 }, { result: [uploads], resultInfo: { perPage: 5 } });
const { result: all } = await worked("listQueues", {}, undefined);
const other = { queueId: all[1].queueId, type: "queues.queue" };
await worked(
  "patchSubscription",
  { subscriptionId, enabled: false, destination: other },
  { enabled: false, destination: other },
);
await refused("patchSubscription", { subscriptionId, events: ["nope"] }, "UnrecognizedEventType");
await refused("patchSubscription", { subscriptionId: nowhere }, "SubscriptionNotFound");
await worked("deleteSubscription", { subscriptionId }, { id: subscriptionId });
await refused("deleteSubscription", { subscriptionId }, "SubscriptionNotFound");

await worked("deleteQueue", { queueId }, undefined);
await refused("deleteQueue", { queueId }, "QueueNotFound");

const operations = Object.keys(queues).filter((name) => /^[a-z]/.test(name));
assert.deepEqual([...used].sort(), operations.sort());
console.log(JSON.stringify(calls));
