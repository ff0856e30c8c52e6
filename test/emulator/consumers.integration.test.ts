import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

let emulator: Emulator;
let api: Caller;

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "dead" }], rateLimit: false });
  api = new Caller(emulator);
});

afterEach(() => emulator.close());

const result = (called: { json: unknown }) => (called.json as { result: { consumer_id: string } }).result;

test("a Worker is attached with the platform's settings, replaced and detached", async () => {
  const created = await api.post("/consumers", { type: "worker", script_name: "mailer" });
  const consumer = {
    consumer_id: result(created).consumer_id,
    created_on: expect.any(String),
    queue_name: "orders",
    type: "worker",
    script: "mailer",
    script_name: "mailer",
    dead_letter_queue: "",
    settings: { batch_size: 10, max_retries: 3, max_wait_time_ms: 5_000, max_concurrency: null, retry_delay: 0 },
  };
  expect(created.json).toMatchObject({ result: consumer });
  expect((await api.call("GET", "")).json).toMatchObject({
    result: { consumers: [consumer], consumers_total_count: 1 },
  });
  expect((await api.call("GET", "/consumers")).json).toMatchObject({ result: [consumer] });
  const path = `/consumers/${consumer.consumer_id}`;
  const replaced = await api.call("PUT", path, {
    type: "worker",
    script_name: "mailer",
    dead_letter_queue: "dead",
    settings: { batch_size: 100, max_concurrency: 2 },
  });
  expect(replaced.json).toMatchObject({
    result: { dead_letter_queue: "dead", settings: { batch_size: 100, max_concurrency: 2, max_retries: 3 } },
  });
  expect((await api.call("GET", path)).json).toEqual(replaced.json);
  expect((await api.call("DELETE", path)).json).toEqual({ success: true, errors: [], messages: [] });
  expect((await api.call("GET", path)).code).toBe(11006);
  expect((await api.call("DELETE", path)).code).toBe(11006);
});

test("a queue has one consumer", async () => {
  await api.post("/consumers", { type: "http_pull" });
  const second = await api.post("/consumers", { type: "worker", script_name: "mailer" });
  expect([second.status, second.code]).toEqual([400, 11004]);
  expect(second.json).toMatchObject({ errors: [{ message: expect.stringContaining("already has a consumer") }] });
});

test.each([
  ["no type", {}, 10026],
  ["an unknown type", { type: "email" }, 10026],
  ["a list", [], 10026],
  ["a Worker without a name", { type: "worker" }, 10026],
  ["a batch of 101", { type: "http_pull", settings: { batch_size: 101 } }, 10026],
  ["101 retries", { type: "http_pull", settings: { max_retries: 101 } }, 10026],
  ["settings that are none", { type: "http_pull", dead_letter_queue: "new", settings: 1 }, 10026],
  ["a dead letter queue that no queue can be called", { type: "http_pull", dead_letter_queue: "Dead" }, 11003],
  ["a dead letter queue in another jurisdiction", { type: "http_pull", dead_letter_queue: "dead-eu" }, 10026],
])("%s is refused, and changes nothing", async (_, body, code) => {
  emulator.createQueue({ name: "dead-eu", jurisdiction: "eu" });
  const refused = await api.post("/consumers", body);
  expect([refused.status, refused.code]).toEqual([400, code]);
  expect((await api.call("GET", "/consumers")).json).toMatchObject({ result: [] });
  expect(emulator.queueNames()).toEqual(["orders", "dead", "dead-eu"]);
});

test.each(["POST", "PUT"])("a body that is not JSON has the same code, with %s", async (method) => {
  expect((await api.raw(method, method === "POST" ? "/consumers" : "/consumers/1", "{")).code).toBe(10026);
});

test.each([undefined, "eu"])(
  "a missing dead letter queue is created in its queue's jurisdiction: %s",
  async (jurisdiction) => {
    const id = emulator.createQueue({ name: "here", ...(jurisdiction !== undefined && { jurisdiction }) });
    const consumer = { type: "http_pull", dead_letter_queue: "here-dead" };
    const created = await api.account("POST", `/${id}/consumers`, consumer);
    expect(created.json).toMatchObject({ result: { dead_letter_queue: "here-dead" } });
    const { result: queues } = (await api.account("GET", "?name=here-dead")).json as { result: object[] };
    expect(queues).toMatchObject([{ queue_name: "here-dead" }]);
    expect((queues[0] as { jurisdiction?: string }).jurisdiction).toBe(jurisdiction);
    // The queue exists in the same jurisdiction now, so it is used.
    const path = `/${id}/consumers/${result(created).consumer_id}`;
    expect((await api.account("PUT", path, consumer)).status).toBe(200);
    expect(emulator.queueNames()).toEqual(["orders", "dead", "here", "here-dead"]);
  },
);

test("a Worker's queues are found by its name", async () => {
  await api.post("/consumers", { type: "worker", script_name: "mailer 2" });
  const root = `${emulator.baseUrl}/accounts/${emulator.accountId}/workers/scripts`;
  const of = async (name: string) => {
    const headers = { authorization: `Bearer ${emulator.token}` };
    const response = await fetch(`${root}/${name}/queue-consumers?perPage=100`, { headers });
    return ((await response.json()) as { result: unknown[] }).result;
  };
  const queue_id = emulator.queueId("orders");
  expect(await of("mailer%202")).toMatchObject([{ queue_id, queue_name: "orders", script: "mailer 2" }]);
  expect(await of("other")).toEqual([]);
  expect(await of("%")).toEqual([]);
});
