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
  const json = (await response.json()) as { result: never; errors: { code: number }[] };
  return { status: response.status, code: json.errors[0]?.code, result: json.result };
}

const valid = () => ({
  name: "uploads",
  events: ["bucket.created"],
  destination: { type: "queues.queue", queue_id: emulator.queueId("orders") },
  source: { type: "r2" },
});

test.each([
  ["no name", { name: undefined }, 10207],
  ["no events", { events: undefined }, 10207],
  ["events that are no texts", { events: [1] }, 10207],
  ["an unknown source", { source: { type: "mars" } }, 10207],
  ["no destination", { destination: undefined }, 10207],
  ["a queue that is not there", { destination: { type: "queues.queue", queue_id: "none" } }, 11000],
])("a subscription with %s is refused", async (_, change, code) => {
  expect((await call("POST", "", { ...valid(), ...change })).code).toBe(code);
  expect((await call("GET", "")).result).toEqual([]);
});

test("the list can be ordered", async () => {
  for (const name of ["b", "a", "c"]) await call("POST", "", { ...valid(), name, enabled: name !== "b" });
  const names = async (query: string) =>
    ((await call("GET", query)).result as { name: string }[]).map(({ name }) => name);
  expect(await names("")).toEqual(["b", "a", "c"]);
  expect(await names("?order=name")).toEqual(["a", "b", "c"]);
  expect(await names("?order=name&direction=desc")).toEqual(["c", "b", "a"]);
  expect(await names("?order=enabled")).toEqual(["b", "a", "c"]);
});

test("an unknown subscription, and those of a queue that is gone", async () => {
  const { result } = await call("POST", "", valid());
  const { id } = result as { id: string };
  expect((await call("GET", "/none")).status).toBe(404);
  expect((await call("PATCH", "/none", {})).status).toBe(404);
  emulator.deleteQueue("orders");
  expect((await call("DELETE", `/${id}`)).status).toBe(404);
});
