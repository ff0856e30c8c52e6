import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
});

afterEach(() => emulator.close());

async function call(method: string, path: string, body?: unknown) {
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/event_subscriptions/subscriptions${path}`;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${emulator.token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as { result: never; errors: { code: number; message: string }[] };
  const [error] = json.errors;
  return { status: response.status, code: error?.code, message: error?.message, result: json.result };
}

const valid = () => ({
  name: "uploads",
  events: ["bucket.created"],
  destination: { type: "queues.queue", queue_id: emulator.queueId("orders") },
  source: { type: "r2" },
});

const deep = JSON.parse(`${'{"type":'.repeat(4_000)}"r2"${"}".repeat(4_000)}`);

test.each([
  ["no name", { name: undefined }, 10207],
  ["no events", { events: undefined }, 10207],
  ["events that are not texts", { events: [1] }, 10207],
  ["a source without a type", { source: {} }, 10207],
  ["a source whose type is not a text", { source: { type: 1 } }, 10207],
  ["an event that its source does not have", { events: ["bucket.created", "bucket.emptied"] }, 0],
  ["an event by the full type of its message", { events: ["cf.r2.bucket.created"] }, 0],
  ["an event of a new source that is named as none is", { source: { type: "mars" }, events: ["a b"] }, 0],
  ["a source that nests without end", { source: deep }, 10208],
  ["no destination", { destination: undefined }, 10207],
  ["a queue that is not there", { destination: { type: "queues.queue", queue_id: "none" } }, 11000],
])("a subscription with %s is refused", async (_, change, code) => {
  expect((await call("POST", "", { ...valid(), ...change })).code).toBe(code);
  expect((await call("GET", "")).result).toEqual([]);
});

test("the list can be sorted", async () => {
  for (const name of ["b", "a", "c"]) await call("POST", "", { ...valid(), name, enabled: name !== "b" });
  const names = async (query: string) =>
    ((await call("GET", query)).result as { name: string }[]).map(({ name }) => name);
  expect(await names("")).toEqual(["b", "a", "c"]);
  expect(await names("?order=name")).toEqual(["a", "b", "c"]);
  expect(await names("?order=name&direction=desc")).toEqual(["c", "b", "a"]);
  expect(await names("?order=enabled")).toEqual(["b", "a", "c"]);
  expect(await names("?order=constructor")).toEqual(["b", "a", "c"]);
  await call("POST", "", { ...valid(), name: "d", source: { type: "kv" }, events: ["namespace.created"] });
  expect(await names("?order=source&per_page=1")).toEqual(["d"]);
  expect(await names("?order=source&direction=desc&per_page=1&page=4")).toEqual(["d"]);
});

test.each([
  ["artifacts", "repo.created"],
  ["artifacts.repo", "pushed"],
  ["browserRun", "crawl.finished"],
  ["email.sending", "message.bounced"],
  ["images", "image.uploaded"],
  ["superSlurper", "job.object.migrated"],
  ["workersBuilds.worker", "build.canceled"],
  ["workflows.workflow", "instance.queued"],
  ["a.source.to.come", "thing.happened"],
  ["constructor", "thing.happened"],
])("the source %s is accepted unchanged", async (type, event) => {
  const source = { type, namespace: "n", repo_name: "r" };
  const { status, result } = await call("POST", "", { ...valid(), source, events: [event] });
  expect(status).toBe(200);
  expect((await call("GET", "")).result).toEqual([result]);
  expect(result).toMatchObject({ source, events: [event] });
});

test("the list can be filtered by queue, and a subscription can move to another queue", async () => {
  const mails = emulator.createQueue({ name: "mails" });
  const orders = emulator.queueId("orders");
  const { result } = await call("POST", "", valid());
  const { id } = result as { id: string };
  const listed = async (queue: string) => ((await call("GET", `?queue_id=${queue}`)).result as unknown[]).length;
  expect([await listed(orders), await listed(mails), await listed("none")]).toEqual([1, 0, 0]);
  const destination = { type: "queues.queue", queue_id: mails };
  const moved = await call("PATCH", `/${id}`, { name: "moved", destination });
  expect(moved.result).toMatchObject({ id, name: "moved", destination, events: ["bucket.created"] });
  expect([await listed(orders), await listed(mails)]).toEqual([0, 1]);
  const nowhere = await call("PATCH", `/${id}`, { destination: { ...destination, queue_id: "0".repeat(32) } });
  expect([nowhere.status, nowhere.code]).toEqual([404, 11000]);
  expect((await call("PATCH", `/${id}`, { events: ["namespace.created"] })).code).toBe(0);
  expect((await call("GET", `/${id}`)).result).toEqual(moved.result);
});

test("an unknown subscription, and those of a deleted queue", async () => {
  const { result } = await call("POST", "", valid());
  const { id } = result as { id: string };
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    expect(await call(method, "/none", body)).toMatchObject({ status: 404, message: "No subscription with this ID" });
  }
  emulator.deleteQueue("orders");
  expect((await call("DELETE", `/${id}`)).status).toBe(404);
});
