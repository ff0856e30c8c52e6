import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

let emulator: Emulator;
let api: Caller;

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
  api = new Caller(emulator);
});

afterEach(() => emulator.close());

const push = (body: unknown) => api.post("/messages", body);
const batch = (body: unknown) => api.post("/messages/batch", body);

test("a pushed message is in the queue, and the answer has metrics", async () => {
  const answer = await push({ body: { order: 1 } });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    success: true,
    errors: [],
    messages: [],
    result: { metadata: { metrics: { backlog_count: 1, backlog_bytes: 11 } } },
  });
  expect(emulator.messages("orders")).toMatchObject([{ body: { order: 1 }, contentType: "json", delaySeconds: 0 }]);
});

test("the same message twice is in the queue twice", async () => {
  await push({ body: "a", content_type: "text" });
  await batch({ messages: [{ body: "a", content_type: "text" }] });
  expect(emulator.messages("orders")).toMatchObject([{ body: "a" }, { body: "a" }]);
});

test.each([
  ["null", null],
  ["a number", 0],
  ["a string", "words"],
  ["an array", [1, [2]]],
  ["false", false],
  ["an object with a key __proto__", JSON.parse('{"__proto__": 1}')],
])("a json body may be %s", async (_, body) => {
  expect((await push({ body })).status).toBe(200);
  expect(emulator.messages("orders")[0]?.body).toEqual(body);
});

test("a message's delay overrides the batch's, and that overrides the queue's", async () => {
  await api.call("PATCH", "", { settings: { delivery_delay: 5 } });
  await batch({ delay_seconds: 7, messages: [{ body: 1, delay_seconds: 0 }, { body: 2 }] });
  await batch({ messages: [{ body: 3 }] });
  expect(emulator.messages("orders").map((message) => message.delaySeconds)).toEqual([0, 7, 5]);
});

const text = (bytes: number) => ({ body: "x".repeat(bytes), content_type: "text" });

test.each([
  ["127,900 bytes of text", { ...text(127_900) }, 200, undefined],
  ["127,901 bytes of text", { ...text(127_901) }, 413, 10204],
  ["JSON with its quotes at the limit", { body: "x".repeat(127_898) }, 200, undefined],
  ["JSON with its quotes above the limit", { body: "x".repeat(127_899) }, 413, 10204],
  ["two-byte letters above the limit", { body: "ä".repeat(63_951), content_type: "text" }, 413, 10204],
  [
    "control characters, counted once in text",
    { body: "\u0000".repeat(127_900), content_type: "text" },
    200,
    undefined,
  ],
  ["an empty text", { body: "", content_type: "text" }, 200, undefined],
  ["a delay of 24 hours", { body: 1, delay_seconds: 86_400 }, 200, undefined],
  ["a longer delay", { body: 1, delay_seconds: 86_401 }, 400, 10203],
  ["a negative delay", { body: 1, delay_seconds: -1 }, 400, 10203],
  ["half a second of delay", { body: 1, delay_seconds: 0.5 }, 400, 10203],
  ["a delay that is null", { body: 1, delay_seconds: null }, 400, 10203],
  ["the type bytes", { body: "AA==", content_type: "bytes" }, 400, 10203],
  ["the type v8", { body: "AA==", content_type: "v8" }, 400, 10203],
  ["a text that is an object", { body: {}, content_type: "text" }, 400, 10207],
  ["no body", { content_type: "json" }, 400, 10207],
  ["a list", [], 400, 10207],
  ["half a surrogate pair in a text", { body: "\ud800", content_type: "text" }, 400, 10208],
  ["half a surrogate pair in JSON", { body: ["\udc00"] }, 400, 10208],
  ["an escaped backslash before ud800", { body: "\\ud800" }, 200, undefined],
  ["unknown fields", { body: 1, id: "mine" }, 200, undefined],
])("a push with %s", async (_, body, status, code) => {
  const answer = await push(body);
  expect([answer.status, answer.code]).toEqual([status, code]);
  expect(emulator.messages("orders")).toHaveLength(status === 200 ? 1 : 0);
});

test.each([
  ["100 messages", { messages: Array(100).fill({ body: 1 }) }, 200, undefined, 100],
  ["101 messages", { messages: Array(101).fill({ body: 1 }) }, 413, 10206, 0],
  ["no messages", { messages: [] }, 400, 10013, 0],
  ["256,000 bytes", { messages: [text(127_900), text(127_900)] }, 200, undefined, 2],
  ["256,001 bytes", { messages: [text(127_900), text(127_800), text(1)] }, 413, 10205, 0],
  ["a batch delay that is too long", { delay_seconds: 86_401, messages: [{ body: 1 }] }, 400, 10202, 0],
  ["a bad message among good ones", { messages: [{ body: 1 }, { body: 1, content_type: "xml" }] }, 400, 10203, 0],
  ["a large message among good ones", { messages: [{ body: 1 }, text(127_901)] }, 413, 10204, 0],
  ["messages that are not a list", { messages: {} }, 400, 10207, 0],
  ["a message that is not an object", { messages: ["a"] }, 400, 10207, 0],
  ["messages missing", {}, 400, 10013, 0],
])("a batch of %s is accepted completely or not at all", async (_, body, status, code, count) => {
  const answer = await batch(body);
  expect([answer.status, answer.code]).toEqual([status, code]);
  expect(emulator.messages("orders")).toHaveLength(count);
});

test.each([
  ["broken JSON", '{"body": 1'],
  ["a byte order mark", '\ufeff{"body": 1}'],
  ["nothing", ""],
  ["more than a thousand levels", `{"body": ${"[".repeat(1_000)}${"]".repeat(1_000)}}`],
  ["what only JSON.stringify would fail at", `{"body": ${"[".repeat(60_000)}${"]".repeat(60_000)}}`],
  ["levels of objects", `{"body": ${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}}`],
  ["levels that are never closed", "[".repeat(100_000)],
  ["bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
])("%s is refused as malformed", async (_, body) => {
  const answer = await api.raw("POST", "/messages", body);
  expect([answer.status, answer.code]).toEqual([400, 10208]);
});

test("a batch without a body is an empty one", async () => {
  const answer = await api.raw("POST", "/messages/batch", "");
  expect([answer.status, answer.code]).toEqual([400, 10013]);
});

test("a thousand levels are accepted, and brackets in a text do not count", async () => {
  const deep = `${"[".repeat(999)}${"]".repeat(999)}`;
  expect((await api.raw("POST", "/messages", `{"body":${deep}}`)).status).toBe(200);
  expect((await push({ body: `"${"[{".repeat(5_000)}\\` })).status).toBe(200);
  expect(JSON.stringify(emulator.messages("orders")[0]?.body)).toBe(deep);
});

test("an error names the place in the body and the documentation", async () => {
  const answer = await batch({ messages: [{ body: 1 }, { body: 1, delay_seconds: "1" }] });
  expect(answer.json).toMatchObject({
    success: false,
    result: null,
    errors: [
      {
        code: 10203,
        source: { pointer: "/messages/1/delay_seconds" },
        documentation_url: expect.stringContaining("https://"),
      },
    ],
  });
});

test.each([
  ["null", { success: true, errors: [], messages: [], result: null }],
  ["success-only", { success: true }],
] as const)("an older push result: %s", async (pushResult, envelope) => {
  await using older = await startEmulator({ queues: [{ name: "orders" }], variants: { pushResult } });
  expect((await new Caller(older).post("/messages", { body: 1 })).json).toEqual(envelope);
});

test("a queue that does not exist, and an invalid id", async () => {
  expect((await api.call("POST", "/messages", { body: 1 }, "0".repeat(32))).code).toBe(10104);
  expect((await api.call("POST", "/messages", { body: 1 }, "not-an-id")).code).toBe(10107);
  expect((await api.call("GET", "/metrics", undefined, "0".repeat(32))).code).toBe(11000);
});
