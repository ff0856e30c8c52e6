import { beforeEach, describe, expect, it } from "vitest";
import { deriveKeyPair } from "../../src/producer/signing.ts";
import { askPath, helloPath, pushBody, pushPath, wireLimits } from "../../src/producer/wire.ts";
import { type LocalWorker, startLocalWorker } from "./support/local-worker.ts";
import { type Call, createRequest, deployment, keyOf, messagesOf, pair, WorkerCaller } from "./support/requests.ts";

const base = new URL("https://seeder.example.com");
const push = pushPath("orders", deployment);
const ask = askPath("orders", deployment);
const good = pushBody({ keys: [keyOf(1)], resend_in_doubt: false }, messagesOf([1]));
const other = deriveKeyPair(Buffer.alloc(32, 8).toString("base64"), "0".repeat(32), "queue-seeder");

let sent: unknown[];
let worker: LocalWorker;
let caller: WorkerCaller;

beforeEach(async () => {
  sent = [];
  worker = await startLocalWorker({
    publicKey: pair.publicKey,
    queues: { QUEUE_orders: (messages) => sent.push(...messages) },
  });
  caller = new WorkerCaller(base, (request) => worker.fetch(request));
});

describe("a request is rejected, and nothing is sent", () => {
  const cases: readonly (readonly [what: string, status: number, reason: string, call: Call])[] = [
    ["without a signature", 401, "unauthorized", { path: push, body: good, sign: () => undefined }],
    ["with a bearer token", 401, "unauthorized", { path: push, body: good, sign: () => "Bearer abc" }],
    ["with half a signature", 401, "unauthorized", { path: push, body: good, sign: (header) => header.slice(0, -40) }],
    ["with a signature of zeros", 401, "unauthorized", { path: push, body: good, sign: zeros }],
    [
      "with something after the signature",
      401,
      "unauthorized",
      { path: push, body: good, sign: (header) => `${header}, x=1` },
    ],
    ["of another key", 401, "unauthorized", { path: push, body: good, key: other.privateKey }],
    ["that was signed for another method", 401, "unauthorized", { path: push, body: good, signed: { method: "GET" } }],
    [
      "that was signed for another host",
      401,
      "unauthorized",
      { path: push, body: good, signed: { host: "evil.example.com" } },
    ],
    [
      "that was signed for another queue",
      401,
      "unauthorized",
      { path: push, body: good, signed: { path: pushPath("mails", deployment) } },
    ],
    ["that was signed for another call", 401, "unauthorized", { path: push, body: good, signed: { path: ask } }],
    [
      "with another body than the signed one",
      401,
      "unauthorized",
      { path: push, body: good.replace("false", "true"), signed: { body: good } },
    ],
    ["from six minutes ago", 401, "expired", { path: push, body: good, time: Date.now() - 360_000 }],
    ["from six minutes ahead", 401, "expired", { path: push, body: good, time: Date.now() + 360_000 }],
    ["to the root", 404, "no_such_route", { method: "GET", path: "/" }],
    ["of another version", 404, "no_such_route", { path: push.replace("v1", "v2"), body: good }],
    ["with a query", 404, "no_such_route", { path: `${push}?a=1`, body: good }],
    ["with an empty query", 404, "no_such_route", { path: `${push}?`, body: good }],
    ["with a slash at the end", 404, "no_such_route", { path: `${push}/`, body: good }],
    ["with two slashes", 404, "no_such_route", { path: push.replace("/orders", "//orders"), body: good }],
    ["with an escaped slash", 404, "no_such_route", { path: push.replace("/orders/", "/orders%2F"), body: good }],
    ["with an escaped letter", 404, "no_such_route", { path: push.replace("orders", "%6Frders"), body: good }],
    ["with an upper-case queue", 404, "no_such_route", { path: push.replace("orders", "Orders"), body: good }],
    ["with a queue like a binding", 404, "no_such_route", { path: push.replace("orders", "a_b"), body: good }],
    ["without a deployment", 404, "no_such_route", { path: "/v1/push/orders", body: good }],
    ["for a queue without a binding", 404, "no_such_queue", { path: pushPath("mails", deployment), body: good }],
    ["for a queue that is another binding", 404, "no_such_queue", { path: pushPath("ledger", deployment), body: good }],
    ["to push, with GET", 405, "wrong_method", { method: "GET", path: push }],
    ["to push, with PUT", 405, "wrong_method", { method: "PUT", path: push, body: good }],
    ["to ask, with DELETE", 405, "wrong_method", { method: "DELETE", path: ask }],
    ["to say hello, with POST", 405, "wrong_method", { path: helloPath }],
    ["to say hello, with HEAD", 405, "wrong_method", { method: "HEAD", path: helloPath }],
    ["with too many bytes", 413, "too_large", { path: push, body: good.padEnd(wireLimits.bodyBytes + 1, " ") }],
    ["with an empty body", 400, "bad_request", { path: push, body: "" }],
    ["with one line", 400, "bad_request", { path: push, body: messagesOf([1]) }],
    ["that is not UTF-8", 400, "bad_request", { path: push, body: new Uint8Array([0xff, 0xfe]) }],
    ["with a byte order mark", 400, "bad_request", { path: push, body: `\ufeff${good}` }],
    ...bodies([
      ["a first line that is not JSON", "{keys", messagesOf([1])],
      ["a first line that is an array", "[]", messagesOf([1])],
      ["no keys", '{"resend_in_doubt":false}', messagesOf([1])],
      ["no resend_in_doubt", head({ resend_in_doubt: undefined }), messagesOf([1])],
      ["an unknown field", head({ force: true }), messagesOf([1])],
      ["a number as resend_in_doubt", head({ resend_in_doubt: 1 }), messagesOf([1])],
      ["no key at all", head({ keys: [] }), '{"messages":[]}'],
      ["keys that are not an array", head({ keys: keyOf(1) }), messagesOf([1])],
      ["a short key", head({ keys: [keyOf(1).slice(1)] }), messagesOf([1])],
      ["a long key", head({ keys: [`${keyOf(1)}A`] }), messagesOf([1])],
      ["a key with other characters", head({ keys: [keyOf(1).replace("A", "'")] }), messagesOf([1])],
      ["a number as a key", head({ keys: [1] }), messagesOf([1])],
      ["a key twice", head({ keys: [keyOf(1), keyOf(1)] }), messagesOf([1, 2])],
      ["101 keys", head({ keys: numbers(101).map(keyOf) }), messagesOf(numbers(101))],
      ["more keys than messages", head({ keys: [keyOf(1), keyOf(2)] }), messagesOf([1])],
      ["fewer keys than messages", head({}), messagesOf([1, 2])],
      ["a second line that is not JSON", head({}), '{"messages":['],
      ["no messages", head({}), "{}"],
      ["a delay of the batch", head({}), '{"messages":[{"body":1,"content_type":"json"}],"delay_seconds":1}'],
      ["a message that is a text", head({}), '{"messages":["a"]}'],
      ["a message without a body", head({}), message({ body: undefined })],
      ["a message without a type", head({}), message({ content_type: undefined })],
      ["a message of bytes", head({}), message({ content_type: "bytes" })],
      ["a text that is an object", head({}), message({ content_type: "text", body: {} })],
      ["a text with half a surrogate pair", head({}), '{"messages":[{"body":"\\ud83d","content_type":"text"}]}'],
      ["a delay that is a text", head({}), message({ delay_seconds: "1" })],
      ["a delay of half a second", head({}), message({ delay_seconds: 0.5 })],
      ["a negative delay", head({}), message({ delay_seconds: -1 })],
      ["a delay of more than a day", head({}), message({ delay_seconds: 86_401 })],
      ["a field that the API does not have", head({}), message({ contentType: "json" })],
    ]),
    ["to ask with an object", 400, "bad_request", { path: ask, body: "{}" }],
    ["to ask for nothing", 400, "bad_request", { path: ask, body: "[]" }],
    ["to ask for 5,001 keys", 400, "bad_request", { path: ask, body: JSON.stringify(numbers(5_001).map(keyOf)) }],
    ["to ask for a key twice", 400, "bad_request", { path: ask, body: JSON.stringify([keyOf(1), keyOf(1)]) }],
  ];

  it.each(cases)("%s: %i %s", async (_, status, reason, call) => {
    const answer = await caller.call(call);
    expect(answer.status).toBe(status);
    if (call.method !== "HEAD") expect(answer.json).toMatchObject({ version: 1, state: "rejected", reason });
    expect(sent).toEqual([]);
  });
});

it.each([
  ["no binding of the key", { PUBLIC_KEY: undefined }],
  ["a key that is not one", { PUBLIC_KEY: "abc" }],
  ["no binding of the ledger", { LEDGER: undefined }],
])("reports that the Worker has %s", async (_, env) => {
  const setup = { publicKey: pair.publicKey, queues: { QUEUE_orders: () => sent.push(1) }, env };
  const broken = await startLocalWorker(setup);
  const answer = await new WorkerCaller(base, (request) => broken.fetch(request)).call({ path: push, body: good });
  expect(answer).toMatchObject({ status: 500, json: { state: "rejected", reason: "misconfigured" } });
  expect(sent).toEqual([]);
});

it("names the method that a path requires, and the Worker's time if a request is expired", async () => {
  expect((await caller.call({ method: "GET", path: push })).json).toMatchObject({ allow: "POST" });
  const before = Date.now();
  const { json } = await caller.call({ path: push, body: good, time: 1_600_000_000_000 });
  const { now } = json as { now: number };
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

it("does not read the body of a request that is not signed", async () => {
  let pulled = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1_000));
      },
    },
    { highWaterMark: 0 },
  );
  const { headers } = createRequest(base, { path: push, body: good, key: other.privateKey });
  const request = new Request(new URL(push, base), { method: "POST", headers, body, duplex: "half" });
  expect((await worker.fetch(request)).status).toBe(401);
  expect(pulled).toBe(0);
});

it("stops reading a body of unknown length", async () => {
  let bytes = 0;
  const body = new ReadableStream({
    pull(controller) {
      bytes += 100_000;
      controller.enqueue(new Uint8Array(100_000));
    },
  });
  const { headers } = createRequest(base, { path: push, body: good });
  const request = new Request(new URL(push, base), { method: "POST", headers, body, duplex: "half" });
  expect((await worker.fetch(request)).status).toBe(413);
  expect(bytes).toBeLessThan(2_500_000);
});

it("accepts times up to five minutes off, in both directions", async () => {
  for (const time of [Date.now() - 290_000, Date.now() + 290_000]) {
    expect((await caller.call({ method: "GET", path: helloPath, time })).status).toBe(200);
  }
});

it("accepts a body of exactly the limit", async () => {
  const answer = await caller.call({ path: push, body: good.padEnd(wireLimits.bodyBytes, " ") });
  expect(answer).toMatchObject({ status: 200, json: { state: "accepted" } });
});

it("lists the bound queues, and the digest of the code if there is one", async () => {
  const queues = { QUEUE_b_c: () => {}, QUEUE_a: () => {} };
  const env = { QUEUE_text: "not a queue", OTHER: { sendBatch: () => {} }, CODE_DIGEST: "abc" };
  const more = await startLocalWorker({ publicKey: pair.publicKey, queues, env });
  const hello: Call = { method: "GET", path: helloPath };
  const { json } = await new WorkerCaller(base, (request) => more.fetch(request)).call(hello);
  expect(json).toEqual({ version: 1, state: "ready", code_digest: "abc", queues: ["a", "b-c"] });
  expect((await caller.call(hello)).json).toMatchObject({ code_digest: null });
});

it("passes bodies, types and delays on unchanged", async () => {
  const value = JSON.parse('{"__proto__":{"a":[null,true,1.5e-7,"\\ud83d\\ude00\\u0000"]},"2":1,"b":"\\ud83d"}');
  const messages = [
    { body: value, content_type: "json", delay_seconds: 0 },
    { body: null, content_type: "json" },
    { body: "wörds\u2028", content_type: "text", delay_seconds: 86_400 },
  ];
  const body = pushBody({ keys: numbers(3).map(keyOf), resend_in_doubt: false }, JSON.stringify({ messages }));
  await caller.call({ path: push, body });
  expect(sent).toEqual([
    { body: value, contentType: "json", delaySeconds: 0 },
    { body: null, contentType: "json" },
    { body: "wörds\u2028", contentType: "text", delaySeconds: 86_400 },
  ]);
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function head(change: object): string {
  return JSON.stringify({ keys: [keyOf(1)], resend_in_doubt: false, ...change });
}

function message(change: object): string {
  return JSON.stringify({ messages: [{ body: 1, content_type: "json", ...change }] });
}

function bodies(all: readonly (readonly [what: string, first: string, second: string])[]) {
  return all.map(
    ([what, first, second]) =>
      [`with ${what}`, 400, "bad_request", { path: push, body: `${first}\n${second}` }] as const,
  );
}

function zeros(header: string): string {
  return header.replace(/sig=.*/, `sig=${Buffer.alloc(64).toString("base64")}`);
}
