/** Runs every queue method of the unmodified official SDK for TypeScript. */

import Cloudflare from "cloudflare";
import type { Consumer } from "cloudflare/resources/queues/consumers.js";
import type { MessagePeekResponse, MessagePullResponse } from "cloudflare/resources/queues/messages.js";
import type { Queue, QueueGetMetricsResponse } from "cloudflare/resources/queues/queues.js";
import type { SubscriptionGetResponse } from "cloudflare/resources/queues/subscriptions.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";

let emulator: Emulator;
let client: Cloudflare;
let account_id: string;
let orders: string;

beforeEach(async () => {
  const older = { email: "a@example.com", key: "0123456789abcdef0123456789abcdef01234" };
  emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "dead" }], ...older });
  vi.stubEnv("CLOUDFLARE_BASE_URL", emulator.baseUrl);
  vi.stubEnv("CLOUDFLARE_API_TOKEN", emulator.token);
  client = new Cloudflare({ maxRetries: 0 });
  account_id = emulator.accountId;
  orders = emulator.queueId("orders");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await emulator.close();
});

/** All property names of a type, checked by the compiler. */
type Names<T> = Record<keyof Required<T>, true>;

/** Fields of responses that the API's description, and so the SDK's types, omit. */
const undescribed = ["script"];

function expectComplete<T>(value: unknown, names: Names<T>): void {
  const found = Object.keys(value as object).filter((name) => !undescribed.includes(name));
  expect(found.sort()).toEqual(Object.keys(names).sort());
}

const metricNames: Names<QueueGetMetricsResponse> = {
  backlog_bytes: true,
  backlog_count: true,
  oldest_message_timestamp_ms: true,
};

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

describe("queues", () => {
  test("create, get, list, edit, update, delete", async () => {
    const created = await client.queues.create({ account_id, queue_name: "mails", jurisdiction: "eu" });
    expectComplete<Queue>(created, {
      consumers: true,
      consumers_total_count: true,
      created_on: true,
      jurisdiction: true,
      modified_on: true,
      producers: true,
      producers_total_count: true,
      queue_id: true,
      queue_name: true,
      settings: true,
    });
    const id = created.queue_id ?? "";
    expect(await client.queues.get(id, { account_id })).toEqual(created);
    expect((await all(client.queues.list({ account_id }))).map((queue) => queue.queue_name)).toEqual([
      "orders",
      "dead",
      "mails",
    ]);
    const edited = await client.queues.edit(id, { account_id, settings: { delivery_delay: 5 } });
    expect(edited.settings).toEqual({ delivery_delay: 5, delivery_paused: false, message_retention_period: 345_600 });
    const updated = await client.queues.update(id, {
      account_id,
      queue_name: "post",
      settings: { delivery_paused: true },
    });
    expect(updated).toMatchObject({ queue_name: "post", settings: { delivery_delay: 0, delivery_paused: true } });
    expect(await client.queues.delete(id, { account_id })).toMatchObject({ success: true, errors: [], messages: [] });
    await expect(client.queues.get(id, { account_id })).rejects.toMatchObject({
      status: 404,
      errors: [{ code: 11000 }],
    });
  });

  test("metrics", async () => {
    await client.queues.messages.push(orders, { account_id, body: "abc", content_type: "text" });
    const metrics = await client.queues.getMetrics(orders, { account_id });
    expectComplete<QueueGetMetricsResponse>(metrics, metricNames);
    expect(metrics).toMatchObject({ backlog_bytes: 3, backlog_count: 1 });
  });

  test("purge", async () => {
    await client.queues.messages.push(orders, { account_id, body: 1, content_type: "json" });
    const queue = await client.queues.purge.start(orders, { account_id, delete_messages_permanently: true });
    expect(queue.queue_id).toBe(orders);
    expect(emulator.messages("orders")).toEqual([]);
    const status = await client.queues.purge.status(orders, { account_id });
    expect(status).toEqual({ completed: "true", started_at: expect.stringMatching(/^\d{4}-.*Z$/) });
  });
});

describe("messages", () => {
  test("push and bulkPush", async () => {
    const pushed = await client.queues.messages.push(orders, { account_id, body: { a: 1 }, delay_seconds: 9 });
    const bulk = await client.queues.messages.bulkPush(orders, {
      account_id,
      delay_seconds: 1,
      messages: [
        { body: "words", content_type: "text" },
        { body: [2], content_type: "json", delay_seconds: 0 },
      ],
    });
    for (const answer of [pushed, bulk]) {
      expectComplete<QueueGetMetricsResponse>(answer.metadata?.metrics, metricNames);
    }
    expect(bulk.metadata?.metrics?.backlog_count).toBe(3);
    expect(emulator.messages("orders")).toMatchObject([
      { body: { a: 1 }, contentType: "json", delaySeconds: 9 },
      { body: "words", contentType: "text", delaySeconds: 1 },
      { body: [2], contentType: "json", delaySeconds: 0 },
    ]);
  });

  test("pull, ack, peek, purge", async () => {
    await client.queues.consumers.create(orders, { account_id, type: "http_pull" });
    await client.queues.messages.bulkPush(orders, {
      account_id,
      messages: ["a", "b", "c", "d"].map((body) => ({ body, content_type: "text" as const })),
    });
    const pulled = await client.queues.messages.pull(orders, {
      account_id,
      batch_size: 2,
      visibility_timeout_ms: 60_000,
    });
    expectComplete<MessagePullResponse>(pulled, { message_backlog_count: true, messages: true, metadata: true });
    expectComplete<MessagePullResponse.Message>(pulled.messages?.[0], {
      id: true,
      attempts: true,
      body: true,
      lease_id: true,
      metadata: true,
      timestamp_ms: true,
    });
    const [one, two] = (pulled.messages ?? []).map(({ lease_id = "" }) => ({ lease_id }));
    const acked = await client.queues.messages.ack(orders, {
      account_id,
      acks: [one ?? {}, { lease_id: "stale" }],
      retries: [{ ...two, delay_seconds: 5 }],
    });
    expect(acked).toEqual({ ackCount: 1, retryCount: 1, warnings: { stale: expect.any(String) } });
    const peeked = await client.queues.messages.peek(orders, { account_id, batch_size: 10 });
    expectComplete<MessagePeekResponse.Message>(peeked.messages?.[0], {
      id: true,
      attempts: true,
      body: true,
      metadata: true,
      ref: true,
      timestamp_ms: true,
    });
    expect(peeked.messages?.map(({ body }) => body)).toEqual(["c", "d"]);
    const purged = await client.queues.messages.purge(orders, {
      account_id,
      refs: (peeked.messages ?? []).map(({ ref = "" }) => ({ ref })),
    });
    expect(purged).toEqual({ errors: [], warnings: {} });
    expect(emulator.messages("orders").map(({ body }) => body)).toEqual(["b"]);
  });
});

test("consumers: create, get, list, update, delete", async () => {
  const created = await client.queues.consumers.create(orders, {
    account_id,
    type: "worker",
    script_name: "mailer",
    dead_letter_queue: "dead",
    settings: { batch_size: 20, max_concurrency: 2, max_retries: 1, max_wait_time_ms: 100, retry_delay: 3 },
  });
  expectComplete<Consumer.MqWorkerConsumerResponse>(created, {
    consumer_id: true,
    created_on: true,
    dead_letter_queue: true,
    queue_name: true,
    script_name: true,
    settings: true,
    type: true,
  });
  expectComplete<Consumer.MqWorkerConsumerResponse.Settings>(created.settings, {
    batch_size: true,
    max_concurrency: true,
    max_retries: true,
    max_wait_time_ms: true,
    retry_delay: true,
  });
  const id = created.consumer_id ?? "";
  const names = { account_id, queue_id: orders };
  expect(await client.queues.consumers.get(id, names)).toEqual(created);
  expect(await all(client.queues.consumers.list(orders, { account_id }))).toEqual([created]);
  const updated = await client.queues.consumers.update(id, { ...names, type: "http_pull" });
  expectComplete<Consumer.MqHTTPConsumerResponse.Settings>(updated.settings, {
    batch_size: true,
    max_retries: true,
    retry_delay: true,
    visibility_timeout_ms: true,
  });
  expect(await client.queues.consumers.delete(id, names)).toMatchObject({ success: true });
  expect(await all(client.queues.consumers.list(orders, { account_id }))).toEqual([]);
});

test("subscriptions: create, get, list, update, delete", async () => {
  const created = await client.queues.subscriptions.create({
    account_id,
    name: "uploads",
    enabled: true,
    events: ["bucket.created"],
    destination: { type: "queues.queue", queue_id: orders },
    source: { type: "r2" },
  });
  expectComplete<SubscriptionGetResponse>(created, {
    id: true,
    created_at: true,
    destination: true,
    enabled: true,
    events: true,
    modified_at: true,
    name: true,
    source: true,
  });
  expect(await client.queues.subscriptions.get(created.id, { account_id })).toEqual(created);
  expect(await all(client.queues.subscriptions.list({ account_id }))).toEqual([created]);
  const updated = await client.queues.subscriptions.update(created.id, { account_id, enabled: false, events: [] });
  expect(updated).toMatchObject({ name: "uploads", enabled: false, events: [], source: { type: "r2" } });
  expect(await client.queues.subscriptions.delete(created.id, { account_id })).toMatchObject({ id: created.id });
  expect(await all(client.queues.subscriptions.list({ account_id }))).toEqual([]);
});

describe("failures", () => {
  const push = (one: Cloudflare) => one.queues.messages.push(orders, { account_id, body: 1, content_type: "json" });

  test("a refused credential", async () => {
    const other = new Cloudflare({ apiToken: "other", maxRetries: 0 });
    await expect(push(other)).rejects.toBeInstanceOf(Cloudflare.AuthenticationError);
    await expect(push(other)).rejects.toMatchObject({ status: 401, errors: [{ code: 10000 }] });
  });

  test("the older credentials", async () => {
    vi.stubEnv("CLOUDFLARE_API_TOKEN", undefined);
    const apiKey = "0123456789abcdef0123456789abcdef01234";
    await push(new Cloudflare({ apiEmail: "a@example.com", apiKey, maxRetries: 0 }));
    expect(emulator.messages("orders")).toHaveLength(1);
  });

  test("a limit is reported with its code, and a refusal is not retried", async () => {
    const one = new Cloudflare({ maxRetries: 2 });
    const body = "x".repeat(127_901);
    const refused = one.queues.messages.push(orders, { account_id, body, content_type: "text" });
    await expect(refused).rejects.toMatchObject({ status: 413, errors: [{ code: 10204 }] });
    expect(emulator.requests).toHaveLength(1);
  });

  test("it sends again after an error, so it sends twice if only the answer was lost", async () => {
    const one = new Cloudflare({ maxRetries: 1 });
    emulator.faults.add({ effect: { kind: "lost", when: "after" }, times: 1 });
    await push(one);
    expect(emulator.messages("orders")).toHaveLength(2);
  });
});
