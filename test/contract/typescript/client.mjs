// Runs every queue method of the unmodified official SDK for TypeScript. Prints how its calls ended.

import assert from "node:assert/strict";
import Cloudflare from "cloudflare";

// The base URL and the token are in the environment.
const client = new Cloudflare({ maxRetries: 0 });
const account_id = process.env.CLOUDFLARE_ACCOUNT_ID;
const calls = { worked: 0, refused: 0 };
const used = new Set();

/** Calls a method by its path, such as `queues.create`. */
function call(path, args, on = client) {
  used.add(path);
  const names = path.split(".");
  const method = names.pop();
  const resource = names.reduce((parent, name) => parent[name], on);
  return resource[method](...args);
}

/** Makes a call that must succeed, with `expected` in its result. @returns its result; for a list, all items */
async function worked(path, args, expected) {
  const result = call(path, args);
  const value = path.endsWith(".list") ? await Array.fromAsync(result) : await result;
  if (expected !== undefined) assert.partialDeepStrictEqual(value, expected, path);
  calls.worked += 1;
  return value;
}

/** Makes a call that must fail with this error class of the SDK and this code of the API. */
async function refused(path, args, kind, code, on) {
  await assert.rejects(
    async () => call(path, args, on),
    (error) => {
      assert.ok(error instanceof kind, `${path}: ${error}`);
      assert.equal(error.errors[0].code, code, path);
      return true;
    },
  );
  calls.refused += 1;
}

const { NotFoundError, BadRequestError, ConflictError, AuthenticationError, APIError } = Cloudflare;
const account = { account_id };
const nowhere = "0".repeat(32);

const created = await worked("queues.create", [{ ...account, queue_name: "orders" }], {
  queue_name: "orders",
  producers: [],
  consumers_total_count: 0,
  settings: { delivery_delay: 0, delivery_paused: false, message_retention_period: 345_600 },
});
const id = created.queue_id;
await worked("queues.create", [{ ...account, queue_name: "eu", jurisdiction: "eu" }], { jurisdiction: "eu" });
await refused("queues.create", [{ ...account, queue_name: "orders" }], ConflictError, 11009);
await refused("queues.create", [{ ...account, queue_name: "Orders" }], BadRequestError, 11003);
await worked("queues.get", [id, account], created);
await refused("queues.get", [nowhere, account], NotFoundError, 11000);
await worked("queues.list", [account], [{ queue_name: "orders" }, { queue_name: "eu" }]);
await worked("queues.edit", [id, { ...account, settings: { delivery_delay: 5 } }], { settings: { delivery_delay: 5 } });
await worked("queues.edit", [id, { ...account, settings: { delivery_paused: true } }], {
  settings: { delivery_delay: 5, delivery_paused: true },
});
await worked("queues.update", [id, { ...account, queue_name: "orders" }], {
  settings: { delivery_delay: 0, delivery_paused: false },
});
await refused("queues.edit", [id, { ...account, settings: { delivery_delay: 86_401 } }], BadRequestError, 10207);
const other = new Cloudflare({ apiToken: "another", maxRetries: 0 });
await refused("queues.list", [account], AuthenticationError, 10000, other);

const pull = await worked("queues.consumers.create", [id, { ...account, type: "http_pull" }], {
  type: "http_pull",
  settings: { batch_size: 5, max_retries: 3, retry_delay: 0, visibility_timeout_ms: 30_000 },
});
const consumer = pull.consumer_id;
const consumerName = { ...account, queue_id: id };
await refused("queues.consumers.create", [id, { ...account, type: "http_pull" }], BadRequestError, 11004);
await refused("queues.consumers.create", [nowhere, { ...account, type: "http_pull" }], NotFoundError, 11000);
await refused("queues.consumers.update", [consumer, { ...consumerName, type: "worker" }], BadRequestError, 10026);
await worked("queues.consumers.get", [consumer, consumerName], pull);
await worked("queues.consumers.list", [id, account], [pull]);

await worked("queues.messages.push", [id, { ...account, body: "words", content_type: "text" }], {
  metadata: { metrics: { backlog_count: 1, backlog_bytes: 5 } },
});
const messages = [
  { body: { ä: 1 }, content_type: "json" },
  { body: "late", content_type: "text", delay_seconds: 60 },
  { body: "more", content_type: "text" },
];
await worked("queues.messages.bulkPush", [id, { ...account, messages }], {
  metadata: { metrics: { backlog_count: 4, backlog_bytes: 21 } },
});
await refused("queues.messages.bulkPush", [id, { ...account, messages: [] }], BadRequestError, 10013);
await refused(
  "queues.messages.push",
  [id, { ...account, body: "x".repeat(127_901), content_type: "text" }],
  APIError,
  10204,
);
await refused("queues.messages.push", [nowhere, { ...account, body: 1, content_type: "json" }], NotFoundError, 10104);
await worked("queues.getMetrics", [id, account], { backlog_count: 4, backlog_bytes: 21 });
const pulled = await worked("queues.messages.pull", [id, { ...account, batch_size: 2 }], { message_backlog_count: 4 });
assert.deepEqual(
  pulled.messages.map(({ body, attempts, metadata }) => [body, attempts, metadata["CF-Content-Type"]]),
  [
    ["words", 1, "text"],
    [Buffer.from('{"ä":1}').toString("base64"), 1, "json"],
  ],
);
await refused("queues.messages.pull", [id, { ...account, batch_size: 101 }], BadRequestError, 10026);
const [first, second] = pulled.messages.map(({ lease_id }) => ({ lease_id }));
const acked = await worked("queues.messages.ack", [
  id,
  { ...account, acks: [first, { lease_id: "stale" }], retries: [{ ...second, delay_seconds: 9 }] },
]);
assert.deepEqual([acked.ackCount, acked.retryCount, Object.keys(acked.warnings)], [1, 1, ["stale"]]);
const peeked = await worked("queues.messages.peek", [id, { ...account, batch_size: 10 }]);
assert.deepEqual(
  peeked.messages.map(({ body }) => body),
  ["more"],
);
const refs = peeked.messages.map(({ ref }) => ({ ref }));
assert.deepEqual(await worked("queues.messages.purge", [id, { ...account, refs }]), { errors: [], warnings: {} });
await worked("queues.purge.start", [id, { ...account, delete_messages_permanently: true }], { queue_name: "orders" });
await worked("queues.purge.status", [id, account], { completed: "true" });
await worked("queues.getMetrics", [id, account], { backlog_count: 0, oldest_message_timestamp_ms: 0 });

await worked(
  "queues.consumers.update",
  [
    consumer,
    { ...consumerName, type: "worker", script_name: "mailer", dead_letter_queue: "dead", settings: { batch_size: 20 } },
  ],
  { consumer_id: consumer, script_name: "mailer", dead_letter_queue: "dead", settings: { batch_size: 20 } },
);
await worked("queues.list", [account], [{}, {}, { queue_name: "dead" }]);
await worked("queues.consumers.delete", [consumer, consumerName], { success: true });
await refused("queues.consumers.get", [consumer, consumerName], NotFoundError, 11006);

const uploads = {
  name: "uploads",
  enabled: true,
  events: ["bucket.created"],
  source: { type: "r2" },
  destination: { type: "queues.queue", queue_id: id },
};
const subscription = await worked("queues.subscriptions.create", [{ ...account, ...uploads }], uploads);
const models = { ...uploads, source: { type: "workersAi.model", model_name: "m" }, events: ["batch.failed"] };
await worked("queues.subscriptions.create", [{ ...account, ...models }], models);
await refused("queues.subscriptions.create", [{ ...account, ...uploads, events: ["nope"] }], BadRequestError, 0);
await worked("queues.subscriptions.get", [subscription.id, account], subscription);
// One item per page, so that the SDK fetches the next page by itself.
const listed = await worked("queues.subscriptions.list", [
  { ...account, per_page: 1, order: "source", direction: "desc" },
]);
assert.deepEqual(
  listed.map(({ source }) => source.type),
  ["workersAi.model", "r2"],
);
await worked("queues.subscriptions.update", [subscription.id, { ...account, enabled: false }], { enabled: false });
await worked("queues.subscriptions.delete", [subscription.id, account], { id: subscription.id });
await refused("queues.subscriptions.get", [subscription.id, account], NotFoundError, 0);

await worked("queues.delete", [id, account], { success: true });
await refused("queues.delete", [id, account], NotFoundError, 11000);

/** Lists all methods of the SDK for queues. */
function methodsOf(resource, path) {
  const methods = [];
  for (let type = Object.getPrototypeOf(resource); type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    methods.push(...Object.getOwnPropertyNames(type).filter((name) => name !== "constructor"));
  }
  const nested = Object.entries(resource).filter(([name, value]) => name !== "_client" && typeof value === "object");
  return [
    ...methods.map((name) => `${path}.${name}`),
    ...nested.flatMap(([name, value]) => methodsOf(value, `${path}.${name}`)),
  ];
}
assert.deepEqual([...used].sort(), methodsOf(client.queues, "queues").sort());
console.log(JSON.stringify(calls));
