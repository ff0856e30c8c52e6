import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Emulator, manualClock, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

interface Pulled {
  id: string;
  body: string;
  attempts: number;
  lease_id: string;
  ref: string;
  timestamp_ms: number;
  metadata: Record<string, string>;
}

let emulator: Emulator;
let api: Caller;
const clock = manualClock(1_700_000_000_000);

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "dead" }], rateLimit: false, clock });
  api = new Caller(emulator);
  await consumer({});
});

afterEach(() => emulator.close());

async function consumer(more: object) {
  const answer = await api.post("/consumers", { type: "http_pull", ...more });
  expect(answer.status).toBe(200);
}

async function replaceConsumer(more: object) {
  const { result } = (await api.call("GET", "/consumers")).json as { result: { consumer_id: string }[] };
  await api.call("PUT", `/consumers/${result[0]?.consumer_id}`, { type: "http_pull", ...more });
}

async function pull(body: object = {}): Promise<Pulled[]> {
  const answer = await api.post("/messages/pull", body);
  expect(answer.status).toBe(200);
  return (answer.json as { result: { messages: Pulled[] } }).result.messages;
}

const push = (...bodies: unknown[]) => api.post("/messages/batch", { messages: bodies.map((body) => ({ body })) });
const text = (message: Pulled | undefined) => Buffer.from(message?.body ?? "", "base64").toString();
const leases = (messages: Pulled[]) => messages.map(({ lease_id }) => ({ lease_id }));

test("a pulled message is complete: JSON in base64, text plain, with type and delay", async () => {
  const at = clock.now();
  await api.post("/messages/batch", {
    messages: [{ body: { ä: 1 } }, { body: "plain ü", content_type: "text", delay_seconds: 1 }],
  });
  clock.advance(1_000);
  const answer = await api.post("/messages/pull", {});
  expect(answer.json).toMatchObject({
    result: {
      message_backlog_count: 2,
      metadata: { metrics: { backlog_count: 2, oldest_message_timestamp_ms: at } },
      messages: [
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          attempts: 1,
          timestamp_ms: at,
          body: Buffer.from('{"ä":1}').toString("base64"),
          metadata: { "CF-Content-Type": "json", "CF-sourceMessageSource": "api" },
        },
        { body: "plain ü", metadata: { "CF-Content-Type": "text", "CF-msg-delay-secs": "1" } },
      ],
    },
  });
});

test("five messages by default, a hundred at most", async () => {
  await push(...Array.from({ length: 100 }, (_, index) => index));
  expect(await pull()).toHaveLength(5);
  expect(await pull({ batch_size: 100 })).toHaveLength(95);
  expect(await pull()).toEqual([]);
  expect((await api.post("/messages/pull", { batch_size: 101 })).code).toBe(10026);
  expect((await api.post("/messages/pull", { batch_size: 0 })).code).toBe(10026);
});

test("an acknowledged message is deleted; any other is delivered again with one more attempt", async () => {
  await push(1, 2);
  const first = await pull();
  const acked = await api.post("/messages/ack", { acks: leases(first).slice(0, 1) });
  expect(acked.json).toMatchObject({ result: { ackCount: 1, retryCount: 0, warnings: {} } });
  expect(await pull()).toEqual([]);
  clock.advance(29_999);
  expect(await pull()).toEqual([]);
  clock.advance(1);
  const second = await pull();
  expect(second).toMatchObject([{ id: first[1]?.id, attempts: 2 }]);
  const late = await api.post("/messages/ack", { acks: leases(first) });
  expect(late.json).toMatchObject({ result: { ackCount: 0 } });
  expect(Object.keys((late.json as { result: { warnings: object } }).result.warnings)).toHaveLength(2);
  expect(emulator.messages("orders")).toMatchObject([{ body: 2, attempts: 2, state: "leased" }]);
});

test("a message is leased until its visibility timeout, which can be extended", async () => {
  await push(1);
  const [message] = await pull({ visibility_timeout_ms: 1_000 });
  clock.advance(900);
  const extended = await api.post("/messages/extend", {
    extend: [{ lease_id: message?.lease_id }, { lease_id: "none" }],
    visibility_timeout_ms: 5_000,
  });
  expect(extended.json).toMatchObject({ result: { extendCount: 1, warnings: { none: expect.any(String) } } });
  clock.advance(4_999);
  expect(await pull()).toEqual([]);
  clock.advance(1);
  expect(await pull()).toHaveLength(1);
  expect((await api.post("/messages/pull", { visibility_timeout_ms: 43_200_001 })).code).toBe(10026);
});

test("a retried message is delivered again after its own delay, or the consumer's", async () => {
  await replaceConsumer({ settings: { retry_delay: 3 } });
  await push(1, 2);
  const [one, two] = await pull();
  const answer = await api.post("/messages/ack", {
    retries: [{ lease_id: one?.lease_id, delay_seconds: 0 }, { lease_id: two?.lease_id }],
  });
  expect(answer.json).toMatchObject({ result: { ackCount: 0, retryCount: 2 } });
  expect((await pull()).map(text)).toEqual(["1"]);
  clock.advance(3_000);
  expect((await pull()).map(text)).toEqual(["2"]);
});

test("delayed messages are delivered when they are due, the others in order", async () => {
  await api.post("/messages", { body: "later", delay_seconds: 10 });
  await push("a", "b");
  expect((await pull()).map(text)).toEqual(['"a"', '"b"']);
  expect(emulator.messages("orders").map((message) => message.state)).toEqual(["delayed", "leased", "leased"]);
  clock.advance(10_000);
  expect((await pull()).map(text)).toEqual(['"later"']);
});

test("a message that runs out of retries goes to the dead letter queue", async () => {
  await replaceConsumer({ dead_letter_queue: "dead", settings: { max_retries: 1, visibility_timeout_ms: 1_000 } });
  await push("explicit", "timeout");
  for (const attempts of [1, 2]) {
    const messages = await pull();
    expect(messages).toMatchObject([{ attempts }, { attempts }]);
    await api.post("/messages/ack", { retries: leases(messages).slice(0, 1) });
    clock.advance(1_000);
  }
  expect(await pull()).toEqual([]);
  expect(emulator.messages("orders")).toEqual([]);
  expect(emulator.messages("dead").map((message) => [message.body, message.attempts])).toEqual([
    ["explicit", 0],
    ["timeout", 0],
  ]);
});

test("without a dead letter queue it is deleted", async () => {
  await replaceConsumer({ settings: { max_retries: 0 } });
  await push(1);
  await api.post("/messages/ack", { retries: leases(await pull()) });
  expect(emulator.messages("orders")).toEqual([]);
});

test("a paused queue accepts messages and delivers none", async () => {
  await api.call("PATCH", "", { settings: { delivery_paused: true } });
  expect((await push(1)).status).toBe(200);
  const answer = await api.post("/messages/pull", {});
  expect(answer.status).toBe(409);
  expect(answer.json).toMatchObject({ errors: [{ message: "queue_delivery_paused" }] });
  await api.call("PATCH", "", { settings: { delivery_paused: false } });
  expect(await pull()).toHaveLength(1);
});

test("a peek leaves messages in the queue, and its references delete them", async () => {
  await push(1, 2);
  const peek = async () =>
    ((await api.post("/messages/peek", { batch_size: 10 })).json as { result: { messages: Pulled[] } }).result.messages;
  const seen = await peek();
  expect(seen.map(text)).toEqual(["1", "2"]);
  expect(seen[0]).toMatchObject({ attempts: 0 });
  expect(seen[0]).not.toHaveProperty("lease_id");
  expect(await peek()).toEqual(seen);
  const purged = await api.post("/messages/purge", { refs: [{ ref: seen[0]?.ref }, { ref: "none" }] });
  expect(purged.json).toMatchObject({ result: { errors: [], warnings: { none: expect.any(String) } } });
  expect((await peek()).map(text)).toEqual(["2"]);
  expect((await api.post("/messages/purge", {})).code).toBe(10026);
});

test("a preview is an older kind of peek, and a call of its own deletes its messages", async () => {
  await push(1, 2);
  const preview = async () =>
    ((await api.post("/messages/preview", { batch_size: 10 })).json as { result: { messages: Pulled[] } }).result
      .messages;
  const seen = await preview();
  expect(seen.map(text)).toEqual(["1", "2"]);
  expect(seen[0]).not.toHaveProperty("ref");
  expect(await preview()).toEqual(seen);
  // A preview leases nothing, so its handles are valid only for its own acknowledgement call.
  const acked = await api.post("/messages/ack", { acks: leases(seen) });
  expect(acked.json).toMatchObject({ result: { ackCount: 0 } });
  expect((await api.post("/messages/preview/ack", { acks: [{}] })).code).toBe(10026);
  const deleted = await api.post("/messages/preview/ack", {
    acks: [{ lease_id: seen[0]?.lease_id }, { lease_id: "none" }],
    retries: [{ lease_id: seen[1]?.lease_id, delay_seconds: 5 }],
  });
  expect(deleted.json).toMatchObject({ result: { warnings: { none: expect.any(String) } } });
  expect((await pull()).map(text)).toEqual(["2"]);
});

describe("an acknowledgement after its lease", () => {
  const late = async (caller: Caller) => {
    await caller.post("/messages/batch", { messages: [{ body: 1 }, { body: 2 }] });
    const { json } = await caller.post("/messages/pull", {});
    const { messages } = (json as { result: { messages: Pulled[] } }).result;
    clock.advance(30_000);
    return leases(messages);
  };
  const ack = async (caller: Caller, body: object) => (await caller.post("/messages/ack", body)).json;

  test("is accepted while no other consumer has the message", async () => {
    const [first, second] = await late(api);
    expect(await ack(api, { acks: [first] })).toMatchObject({ result: { ackCount: 1, warnings: {} } });
    expect(await ack(api, { acks: [first] })).toMatchObject({ result: { ackCount: 0 } });
    expect((await pull()).map(text)).toEqual(["2"]);
    // Another consumer holds the lease now; after it expires, another consumer was the last to hold it.
    expect(await ack(api, { acks: [second] })).toMatchObject({ result: { ackCount: 0 } });
    clock.advance(30_000);
    expect(await ack(api, { acks: [second] })).toMatchObject({ result: { ackCount: 0 } });
    expect(emulator.messages("orders")).toMatchObject([{ body: 2, attempts: 2 }]);
  });

  test("has no effect as a retry or an extension: the message is already back", async () => {
    const [first, second] = await late(api);
    expect(await ack(api, { retries: [{ ...first, delay_seconds: 9 }] })).toMatchObject({ result: { retryCount: 0 } });
    const extended = await api.post("/messages/extend", { extend: [second] });
    expect(extended.json).toMatchObject({ result: { extendCount: 0 } });
    expect(await pull()).toHaveLength(2);
  });

  test("is refused with the switch", async () => {
    const variants = { lateAck: "refused" } as const;
    await using strict = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false, clock, variants });
    const caller = new Caller(strict);
    await caller.post("/consumers", { type: "http_pull" });
    const [first = { lease_id: "" }] = await late(caller);
    expect(await ack(caller, { acks: [first] })).toMatchObject({
      result: { ackCount: 0, warnings: { [first.lease_id]: expect.any(String) } },
    });
    expect(strict.messages("orders")).toHaveLength(2);
  });
});

test.each([
  ["pull", "{"],
  ["pull", "[]"],
  ["pull", '{"batch_size": "5"}'],
  ["ack", ""],
  ["ack", '{"acks": [{}]}'],
  ["ack", '{"retries": [{"lease_id": "a", "delay_seconds": -1}]}'],
  ["extend", '{"extend": {}}'],
  ["peek", '{"batch_size": 0}'],
  ["purge", '{"refs": "a"}'],
  ["preview", "null"],
  ["preview/ack", "[".repeat(10_000)],
])("a malformed body of %s is refused: %.40s", async (path, body) => {
  await push(1);
  const answer = await api.raw("POST", `/messages/${path}`, body);
  expect([answer.status, answer.code]).toEqual([400, 10026]);
  expect(emulator.messages("orders")).toMatchObject([{ state: "ready", attempts: 0 }]);
});

test("a lease is valid for its own queue only", async () => {
  await push(1);
  const [message] = await pull();
  const dead = emulator.queueId("dead");
  await api.account("POST", `/${dead}/consumers`, { type: "http_pull" });
  const answer = await api.account("POST", `/${dead}/messages/ack`, { acks: [{ lease_id: message?.lease_id }] });
  expect(answer.json).toMatchObject({ result: { ackCount: 0 } });
  expect(emulator.messages("orders")).toHaveLength(1);
});

test("a queue without a pull consumer cannot be pulled from", async () => {
  const answer = await api.account("POST", `/${emulator.queueId("dead")}/messages/pull`, {});
  expect([answer.status, answer.code]).toEqual([405, 10001]);
});

test("JSON bodies can be delivered as plain JSON, as some users report", async () => {
  await using plain = await startEmulator({ queues: [{ name: "orders" }], variants: { pullJson: "plain" } });
  const caller = new Caller(plain);
  await caller.post("/consumers", { type: "http_pull" });
  await caller.post("/messages", { body: { a: 1 } });
  expect((await caller.post("/messages/pull", {})).json).toMatchObject({ result: { messages: [{ body: '{"a":1}' }] } });
});
