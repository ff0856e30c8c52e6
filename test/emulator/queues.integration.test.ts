import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, manualClock, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

let emulator: Emulator;
let api: Caller;
const clock = manualClock(1_700_000_000_000);

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false, clock });
  api = new Caller(emulator);
});

afterEach(() => emulator.close());

const orders = () => emulator.queueId("orders");

test("a queue is created, read, listed and deleted", async () => {
  const created = await api.account("POST", "", { queue_name: "mails", jurisdiction: "eu" });
  const queue = {
    queue_id: emulator.queueId("mails"),
    queue_name: "mails",
    created_on: "2023-11-14T22:13:20.000Z",
    modified_on: "2023-11-14T22:13:20.000Z",
    producers: [],
    producers_total_count: 0,
    consumers: [],
    consumers_total_count: 0,
    settings: { delivery_delay: 0, delivery_paused: false, message_retention_period: 345_600 },
    jurisdiction: "eu",
  };
  expect(created.json).toEqual({ success: true, errors: [], messages: [], result: queue });
  expect(queue.queue_id).toMatch(/^[0-9a-f]{32}$/);
  expect((await api.account("GET", `/${queue.queue_id}`)).json).toMatchObject({ result: queue });
  expect((await api.account("GET", "?name=mails")).json).toMatchObject({ result: [queue] });
  const deleted = await api.account("DELETE", `/${queue.queue_id}`);
  expect(deleted.json).toEqual({ success: true, errors: [], messages: [] });
  expect((await api.account("GET", `/${queue.queue_id}`)).code).toBe(11000);
});

test("the list has pages, and can be filtered by several names", async () => {
  for (let i = 0; i < 44; i += 1) emulator.createQueue({ name: `q-${i}` });
  const page = async (query: string) =>
    (await api.account("GET", query)).json as { result: { queue_name: string }[]; result_info: unknown };
  const first = await page("");
  expect(first.result).toHaveLength(20);
  expect(first.result_info).toEqual({ count: 20, page: 1, per_page: 20, total_count: 45, total_pages: 3 });
  const last = await page("?page=3");
  expect(last.result.at(-1)?.queue_name).toBe("q-43");
  expect(last.result_info).toMatchObject({ count: 5, page: 3 });
  expect((await page("?page=4")).result).toEqual([]);
  const long = await page("?page=2&per_page=30");
  expect(long.result.map((queue) => queue.queue_name).slice(0, 2)).toEqual(["q-29", "q-30"]);
  expect(long.result_info).toEqual({ count: 15, page: 2, per_page: 30, total_count: 45, total_pages: 2 });
  expect((await page("?per_page=5000")).result_info).toMatchObject({ per_page: 1_000, count: 45, total_pages: 1 });
  for (const none of ["0", "-1", "1.5", "ten", ""]) {
    expect((await page(`?page=${none}&per_page=${none}`)).result_info).toMatchObject({ page: 1, per_page: 20 });
  }
  expect((await page("?name=q-7&name=orders&name=none")).result.map((queue) => queue.queue_name)).toEqual([
    "orders",
    "q-7",
  ]);
});

test("a queue is created with the given settings, and defaults for the others", async () => {
  const settings = { delivery_delay: 5, delivery_paused: true, message_retention_period: 60 };
  const created = await api.account("POST", "", { queue_name: "mails", settings });
  expect(created.json).toMatchObject({ result: { settings } });
  expect((await api.account("GET", `/${emulator.queueId("mails")}`)).json).toMatchObject({ result: { settings } });
  const partly = await api.account("POST", "", { queue_name: "posts", settings: { delivery_delay: 7 } });
  expect(partly.json).toMatchObject({
    result: { settings: { delivery_delay: 7, delivery_paused: false, message_retention_period: 345_600 } },
  });
  const refused = await api.account("POST", "", { queue_name: "none", settings: { delivery_delay: 86_401 } });
  expect([refused.status, refused.code]).toEqual([400, 10207]);
  expect(emulator.queueNames()).toEqual(["orders", "mails", "posts"]);
});

test.each([
  ["taken", { queue_name: "orders" }, 409, 11009],
  ["in capitals", { queue_name: "Orders" }, 400, 11003],
  ["empty", { queue_name: "" }, 400, 11003],
  ["ending in a hyphen", { queue_name: "a-" }, 400, 11003],
  ["of 64 letters", { queue_name: "a".repeat(64) }, 400, 11003],
  ["of 63 letters", { queue_name: "a".repeat(63) }, 200, undefined],
  ["missing", {}, 400, 10207],
  ["a number", { queue_name: 1 }, 400, 10207],
  ["in an unknown jurisdiction", { queue_name: "mails", jurisdiction: "moon" }, 400, 10207],
])("a name that is %s", async (_, body, status, code) => {
  const answer = await api.account("POST", "", body);
  expect([answer.status, answer.code]).toEqual([status, code]);
});

test("PATCH keeps settings that it does not name, PUT does not", async () => {
  clock.advance(5_000);
  const settings = { delivery_delay: 5, message_retention_period: 60 };
  const patched = await api.call("PATCH", "", { queue_name: "orders-2", settings });
  expect(patched.json).toMatchObject({
    result: { queue_name: "orders-2", modified_on: new Date(clock.now()).toISOString() },
  });
  const id = emulator.queueId("orders-2");
  const again = await api.account("PATCH", `/${id}`, { settings: { delivery_paused: true } });
  expect(again.json).toMatchObject({ result: { settings: { ...settings, delivery_paused: true } } });
  const put = await api.account("PUT", `/${id}`, { settings: { delivery_delay: 1 } });
  expect(put.json).toMatchObject({
    result: {
      queue_name: "orders-2",
      settings: { delivery_delay: 1, delivery_paused: false, message_retention_period: 345_600 },
    },
  });
});

test.each([
  [{ delivery_delay: 86_401 }],
  [{ delivery_delay: -1 }],
  [{ delivery_paused: "yes" }],
  [{ message_retention_period: 59 }],
  [{ message_retention_period: 1_209_601 }],
])("settings out of bounds change nothing: %j", async (settings) => {
  const before = (await api.call("GET", "")).json;
  const answer = await api.call("PATCH", "", { queue_name: "other", settings });
  expect([answer.status, answer.code]).toEqual([400, 10207]);
  expect((await api.account("GET", `/${orders()}`)).json).toEqual(before);
});

test("messages older than the retention period are deleted", async () => {
  await api.call("PATCH", "", { settings: { message_retention_period: 60 } });
  await api.post("/messages", { body: 1 });
  clock.advance(30_000);
  await api.post("/messages", { body: 2 });
  clock.advance(29_999);
  expect(emulator.messages("orders")).toHaveLength(2);
  clock.advance(1);
  expect(emulator.messages("orders")).toMatchObject([{ body: 2 }]);
  const metrics = await api.call("GET", "/metrics");
  expect(metrics.json).toMatchObject({
    result: { backlog_count: 1, backlog_bytes: 1, oldest_message_timestamp_ms: clock.now() - 30_000 },
  });
});

test("an empty queue's metrics are zero", async () => {
  expect((await api.call("GET", "/metrics")).json).toMatchObject({
    result: { backlog_count: 0, backlog_bytes: 0, oldest_message_timestamp_ms: 0 },
  });
});

test("a purge empties the queue, once it is confirmed", async () => {
  await api.post("/messages", { body: 1 });
  expect((await api.call("GET", "/purge")).json).toMatchObject({ result: {} });
  expect((await api.call("POST", "/purge")).code).toBe(10207);
  expect((await api.call("POST", "/purge", { delete_messages_permanently: false })).code).toBe(10207);
  expect(emulator.messages("orders")).toHaveLength(1);
  const purge = await api.call("POST", "/purge", { delete_messages_permanently: true });
  expect(purge.json).toMatchObject({ result: { queue_name: "orders" } });
  expect(emulator.messages("orders")).toEqual([]);
  expect((await api.call("GET", "/purge")).json).toMatchObject({
    result: { completed: "true", started_at: new Date(clock.now()).toISOString() },
  });
  await api.post("/messages", { body: 2 });
  expect(emulator.messages("orders")).toHaveLength(1);
});
