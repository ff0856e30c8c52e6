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

test("a Worker is attached with the platform's settings, replaced and taken off", async () => {
  const created = await api.post("/consumers", { type: "worker", script_name: "mailer" });
  const consumer = {
    consumer_id: result(created).consumer_id,
    created_on: expect.any(String),
    queue_name: "orders",
    type: "worker",
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
  expect([second.status, second.code]).toEqual([409, 11004]);
});

test.each([
  ["no type", {}, 10207],
  ["an unknown type", { type: "email" }, 10207],
  ["a Worker without a name", { type: "worker" }, 10207],
  ["a batch of 101", { type: "http_pull", settings: { batch_size: 101 } }, 10207],
  ["101 retries", { type: "http_pull", settings: { max_retries: 101 } }, 10207],
  ["a dead letter queue that is not there", { type: "http_pull", dead_letter_queue: "none" }, 11000],
])("%s is refused", async (_, body, code) => {
  expect((await api.post("/consumers", body)).code).toBe(code);
  expect((await api.call("GET", "/consumers")).json).toMatchObject({ result: [] });
});
