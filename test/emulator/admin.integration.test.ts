import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, manualClock, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

let emulator: Emulator;
let api: Caller;

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }], readToken: "look" });
  api = new Caller(emulator);
});

afterEach(() => emulator.close());

async function admin(method: string, path: string, body?: unknown, token = emulator.token) {
  const response = await fetch(`http://127.0.0.1:${emulator.port}/_emulator/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as { result: never; errors: { message: string }[] } };
}

test("faults are switched on and off at run time", async () => {
  const added = await admin("POST", "faults", {
    match: { method: "post", route: "push", queue: "orders" },
    effect: { kind: "error", code: 10250, retry_after_seconds: 9, when: "after" },
    every: 2,
    times: 1,
  });
  expect(added.json).toMatchObject({ result: { id: 1 } });
  expect((await api.post("/messages", { body: 1 })).status).toBe(200);
  expect((await admin("GET", "faults")).json).toMatchObject({
    result: [{ id: 1, match: { method: "POST" }, effect: { code: 10250, retry_after_seconds: 9 }, seen: 1, hits: 0 }],
  });
  const hits = await api.post("/messages", { body: 1 });
  expect([hits.code, hits.headers.get("retry-after")]).toEqual([10250, "9"]);
  expect(emulator.messages("orders")).toHaveLength(2);
  expect((await admin("GET", "faults")).json.result).toEqual([]);

  await admin("POST", "faults", { effect: { kind: "lost", when: "before" } });
  await admin("POST", "faults", { effect: { kind: "garbage" } });
  expect((await admin("DELETE", "faults/2")).status).toBe(200);
  expect((await admin("DELETE", "faults/2")).status).toBe(404);
  expect((await admin("GET", "faults")).json).toMatchObject({ result: [{ effect: { kind: "garbage" } }] });
  expect((await admin("DELETE", "faults")).status).toBe(200);
  expect((await api.post("/messages", { body: 1 })).status).toBe(200);
});

test.each([
  [[], "the body must be an object"],
  [{}, "/effect/kind is missing"],
  [{ effect: { kind: "boom" } }, "/effect/kind must be one of error"],
  [{ effect: { kind: "error", code: 1 } }, "/effect/code must be one of the API's error codes"],
  [{ effect: { kind: "lost" } }, "/effect/when is missing"],
  [{ effect: { kind: "lost", when: "after", ms: 1 } }, "/effect/ms is unknown"],
  [{ effect: { kind: "delay", ms: -1 } }, "/effect/ms must be a whole number"],
  [{ effect: { kind: "status", status: 600 } }, "/effect/status must be a whole number from 200 to 599"],
  [{ effect: { kind: "garbage" }, match: { route: "psh" } }, "/match/route must be one of any, queues.list"],
  [{ effect: { kind: "garbage" }, share: 2 }, "/share must be a number from 0 to 1"],
  [{ effect: { kind: "garbage" }, times: 0 }, "/times must be a whole number from 1"],
  [{ effect: { kind: "garbage" }, tims: 1 }, "/tims is unknown"],
])("a fault that does not fit is refused: %j", async (fault, message) => {
  const answer = await admin("POST", "faults", fault);
  expect(answer.status).toBe(400);
  expect(answer.json.errors[0]?.message).toContain(message);
  expect(emulator.faults.list()).toEqual([]);
});

test("it requires the token, and its own calls are not counted", async () => {
  expect((await admin("GET", "state", undefined, "wrong")).status).toBe(401);
  expect((await admin("GET", "state", undefined, "look")).status).toBe(200);
  expect((await admin("DELETE", "faults", undefined, "look")).status).toBe(403);
  expect((await admin("GET", "nothing")).status).toBe(404);
  expect((await admin("PUT", "faults")).status).toBe(404);
  expect(emulator.requests).toEqual([]);
});

test("the state shows queues, metrics and faults", async () => {
  await api.post("/messages", { body: "abc" });
  emulator.faults.add({ effect: { kind: "garbage" }, match: { route: "ack" } });
  expect((await admin("GET", "state")).json).toMatchObject({
    result: {
      account_id: emulator.accountId,
      speed: 1,
      queues: [{ queue_name: "orders", metrics: { backlog_count: 1, backlog_bytes: 5 }, messages_total: 1 }],
      faults: [{ effect: { kind: "garbage" } }],
    },
  });
});

test("messages are shown in pages, and found by their text", async () => {
  const messages = Array.from({ length: 60 }, (_, index) => ({ body: `Message ${index}`, content_type: "text" }));
  await api.post("/messages/batch", { messages });
  const page = async (query: string) => {
    const answer = await admin("GET", `queues/${emulator.queueId("orders")}/messages${query}`);
    return answer.json.result as { messages: { seq: number; body: string }[]; more: boolean };
  };
  const first = await page("");
  expect([first.messages.length, first.more]).toEqual([50, true]);
  expect(first.messages[0]).toMatchObject({
    body: "Message 0",
    content_type: "text",
    bytes: 9,
    attempts: 0,
    state: "ready",
    delay_seconds: 0,
  });
  const rest = await page(`?after=${first.messages.at(-1)?.seq}`);
  expect([rest.messages.length, rest.more]).toEqual([10, false]);
  expect((await page("?text=message%204&limit=3")).messages.map(({ body }) => body)).toEqual([
    "Message 4",
    "Message 40",
    "Message 41",
  ]);
  expect((await page("?text=none")).messages).toEqual([]);
  expect((await admin("GET", "queues/none/messages")).status).toBe(404);
  expect((await admin("GET", `queues/${emulator.queueId("orders")}/messages?limit=-1`)).status).toBe(400);
});

test("requests are shown without secrets", async () => {
  await api.post("/messages", { body: "secret words" });
  await api.post("/messages", { body: 1, delay_seconds: -1 });
  const { json } = await admin("GET", "requests?after=1");
  expect(json.result).toMatchObject([
    { number: 2, method: "POST", route: "push", status: 400, code: 10203, accepted: 0 },
  ]);
  expect(JSON.stringify((await admin("GET", "requests")).json)).not.toMatch(/secret words|Bearer/);
});

test("the clock jumps ahead, and runs faster", async () => {
  await api.post("/messages", { body: 1, delay_seconds: 3_600 });
  expect(emulator.messages("orders")).toMatchObject([{ state: "delayed" }]);
  expect((await admin("POST", "clock", { advance_ms: 3_600_000 })).status).toBe(200);
  expect(emulator.messages("orders")).toMatchObject([{ state: "ready" }]);
  expect((await admin("POST", "clock", { speed: 60 })).json).toMatchObject({ result: { speed: 60 } });
  expect((await admin("POST", "clock", { speed: 0 })).status).toBe(400);
  expect((await admin("POST", "clock", {})).status).toBe(400);
  expect((await admin("POST", "clock", { advance_ms: -1 })).status).toBe(400);
});

test("a clock that the caller provides is not moved by the admin API", async () => {
  await using other = await startEmulator({ clock: manualClock(0), token: "other" });
  const response = await fetch(`http://127.0.0.1:${other.port}/_emulator/clock`, {
    method: "POST",
    headers: { authorization: "Bearer other" },
    body: '{"advance_ms": 1}',
  });
  expect(response.status).toBe(403);
});
