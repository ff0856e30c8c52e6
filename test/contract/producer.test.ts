/** The producer Worker in workerd, the real runtime, with the emulator's queues behind its bindings. */

import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { signRequest } from "../../src/producer/signing.ts";
import { helloPath, pushBody, pushPath } from "../../src/producer/wire.ts";
import { refusals } from "../producer/support/refusals.ts";
import { createRequest, deployment, keyOf, messagesOf, NoLedgerError, pair } from "../producer/support/requests.ts";
import { type Running, runtimes, startRunning } from "./producer/runtime.ts";

const push = pushPath("orders", deployment);
const resetWorker = fileURLToPath(new URL("producer/reset-worker.js", import.meta.url));
const shippedWorker = fileURLToPath(new URL("../../src/producer/worker.js", import.meta.url));

/** Gives each test numbers of its own, because all use the same ledger. */
let next = 0;
const take = (count: number): number[] => Array.from({ length: count }, () => next++);
const keysOf = (numbers: readonly number[]) => numbers.map(keyOf);

describe.each(runtimes)("in the workerd of %s", (runtime) => {
  let running: Running;
  let storage: string;

  beforeAll(async () => {
    storage = await mkdtemp(join(tmpdir(), "ledger-"));
    running = await startRunning(runtime, { storage, files: [resetWorker, shippedWorker] });
  });

  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await rm(storage, { recursive: true, force: true });
  });

  afterEach(() => running.emulator.faults.clear());

  /** Returns how often each of the messages is in the queue. */
  const times = (numbers: readonly number[]): number[] => {
    const arrived = running.arrived();
    return numbers.map((number) => arrived.filter((one) => one === number).length);
  };

  it("answers hello", async () => {
    const { json } = await running.caller.call({ method: "GET", path: helloPath });
    expect(json).toEqual({ version: 1, state: "ready", code_digest: null, queues: ["mails", "orders"] });
  });

  it("delivers bodies byte by byte, and returns the queue's metrics", async () => {
    const deep = `${"[".repeat(900)}1${"]".repeat(900)}`;
    const bodies = [
      '{"__proto__":{"2":1.5e-7},"b":"\\u0000"}',
      '"\ud83d\ude00\u2028"',
      deep,
      `"${"x".repeat(127_000)}"`,
    ];
    const messages = bodies.map((body) => `{"body":${body},"content_type":"json"}`);
    const words = '{"body":"wörds","content_type":"text","delay_seconds":7}';
    const keys = keysOf(take(5));
    const body = pushBody({ keys, resend_in_doubt: false }, `{"messages":[${[...messages, words].join(",")}]}`);
    const { json } = await running.caller.call({ path: pushPath("mails", deployment), body });
    expect(json).toMatchObject({ state: "accepted", metrics: { backlog_count: 5, backlog_bytes: expect.any(Number) } });
    const { baseUrl, accountId, token, queueId } = running.emulator;
    const path = `${baseUrl}/accounts/${accountId}/queues/${queueId("mails")}/messages/peek`;
    const headers = { authorization: `Bearer ${token}` };
    const peek = await fetch(path, { method: "POST", headers, body: '{"batch_size":10}' });
    const { result } = (await peek.json()) as { result: { messages: { body: string }[] } };
    // The delayed one is not ready.
    expect(result.messages.map(({ body }) => Buffer.from(body, "base64").toString())).toEqual(bodies);
    const delayed = running.emulator.messages("mails").at(-1);
    expect(delayed).toMatchObject({ body: "wörds", contentType: "text", delaySeconds: 7 });
  });

  it("recognizes what it sent, in any batches, one after another or at once", async () => {
    const numbers = take(60);
    await running.caller.push(numbers.slice(0, 20));
    const batches = [numbers.slice(10, 40), numbers.slice(35, 60), numbers.slice(0, 60), numbers.toReversed()];
    const answers = await Promise.all(batches.map((batch) => running.caller.push(batch)));
    expect(answers.map(({ state }) => state)).toEqual(Array(4).fill("accepted"));
    expect(times(numbers)).toEqual(numbers.map(() => 1));
  });

  it.each(refusals)(
    "reports the queue's refusal %i, and sends the messages when they are pushed again",
    async (code) => {
      const numbers = take(2);
      running.emulator.faults.add({ match: { route: "binding" }, effect: { kind: "error", code }, times: 1 });
      expect(await running.caller.push(numbers)).toMatchObject({ state: "refused", code, in_doubt: [] });
      expect(await running.caller.push(numbers)).toMatchObject({ state: "accepted", repeated: 0 });
      expect(times(numbers)).toEqual([1, 1]);
    },
  );

  it.each([
    ["an unknown error after the queue took them", { kind: "error", code: 15000, when: "after" }, 15000, 1],
    ["the queue's note that the client disconnected", { kind: "error", code: 10201, when: "after" }, 10201, 1],
    ["a connection that ends after the queue took them", { kind: "lost", when: "after" }, null, 1],
    ["a connection that ends before", { kind: "lost", when: "before" }, null, 0],
    ["a proxy's page", { kind: "status", status: 502, when: "after" }, 15000, 1],
    ["a status without a code", { kind: "status", status: 429, body: "empty" }, 15000, 0],
    ["half of an answer", { kind: "truncate" }, null, 1],
  ] as const)("has messages in doubt after %s", async (_, effect, code, count) => {
    const numbers = take(2);
    running.emulator.faults.add({ match: { route: "binding" }, effect, times: 1 });
    expect(await running.caller.push(numbers)).toMatchObject({ state: "in_doubt", code, in_doubt: keysOf(numbers) });
    expect(await running.caller.push(numbers)).toMatchObject({ state: "in_doubt", in_doubt: keysOf(numbers) });
    expect(times(numbers)).toEqual([count, count]);
    const again = await running.caller.push(numbers, { resend_in_doubt: true });
    expect(again).toMatchObject({ state: "accepted", possible_duplicates: keysOf(numbers) });
    expect(times(numbers)).toEqual([count + 1, count + 1]);
    expect(await running.caller.push(numbers)).toMatchObject({ repeated: 2, possible_duplicates: keysOf(numbers) });
  });

  it.each([
    ["lost", { kind: "lost", when: "after" }],
    ["a page of HTML", { kind: "status", status: 503, when: "after" }],
    ["cut in half", { kind: "truncate" }],
  ] as const)("recognizes the messages if its own answer was %s", async (_, effect) => {
    const numbers = take(3);
    running.emulator.faults.add({ match: { route: "producer" }, effect, times: 1 });
    await expect(running.caller.push(numbers)).rejects.toThrow();
    expect(await running.caller.push(numbers)).toMatchObject({
      state: "accepted",
      repeated: 3,
      possible_duplicates: [],
    });
    expect(times(numbers)).toEqual([1, 1, 1]);
  });

  it("finishes what a caller that disconnects has begun, and a repetition waits for it", async () => {
    const numbers = take(2);
    const held = running.emulator.hold({ route: "binding" }, "before");
    const gone = new AbortController();
    const body = pushBody({ keys: keysOf(numbers), resend_in_doubt: false }, messagesOf(numbers));
    const left = running.caller.call({ path: push, body, signal: gone.signal });
    await held.arrived;
    gone.abort();
    await expect(left).rejects.toThrow("abort");
    expect((await running.caller.ask(numbers)).statuses).toEqual(["under_way", "under_way"]);
    const second = running.caller.push(numbers);
    held.release();
    expect(await second).toMatchObject({ state: "accepted", repeated: 2 });
    expect(times(numbers)).toEqual([1, 1]);
  });

  it("sends nothing from a request that arrived by half", async () => {
    const numbers = take(100);
    const body = pushBody({ keys: keysOf(numbers), resend_in_doubt: false }, messagesOf(numbers, "x".repeat(500)));
    const { host } = running.base;
    const authorization = signRequest(pair.privateKey, { method: "POST", host, path: push, time: Date.now() }, body);
    const socket = connect(Number(running.base.port), running.base.hostname);
    const length = Buffer.byteLength(body);
    const head = `POST ${push} HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}\r\ncontent-length: ${length}\r\n\r\n`;
    const processed = running.emulator.nextRequest(({ route }) => route === "producer");
    await new Promise<void>((resolve) => socket.write(head + body.slice(0, length / 2), () => resolve()));
    socket.destroy();
    await processed;
    expect(new Set((await running.caller.ask(numbers)).statuses)).toEqual(new Set(["unseen"]));
    expect(times(numbers).every((count) => count === 0)).toBe(true);
  });

  it("rejects what is not signed, replays and oversized bodies as it does outside of the runtime", async () => {
    const numbers = take(1);
    const body = pushBody({ keys: keysOf(numbers), resend_in_doubt: false }, messagesOf(numbers));
    const { caller } = running;
    expect(await caller.call({ path: push, body, sign: () => undefined })).toMatchObject({ status: 401 });
    expect(await caller.call({ path: push, body, signed: { body: "x" } })).toMatchObject({ status: 401 });
    expect(await caller.call({ path: push, body, signed: { host: "example.com" } })).toMatchObject({ status: 401 });
    expect(await caller.call({ path: push, body, time: Date.now() - 301_000 })).toMatchObject({
      status: 401,
      json: { reason: "expired", now: expect.any(Number) },
    });
    const large = "x".repeat(512_001);
    expect(await caller.call({ path: push, body: large })).toMatchObject({ status: 413 });
    expect(await caller.call({ path: push, body: "{}" })).toMatchObject({ status: 400 });
    expect(await caller.call({ path: pushPath("none", deployment), body })).toMatchObject({ status: 404 });
    expect(await caller.call({ method: "PUT", path: push, body })).toMatchObject({ status: 405 });
    expect(times(numbers)).toEqual([0]);
    const copied = createRequest(running.base, { path: push, body });
    const copy = copied.clone();
    expect(await (await fetch(copied)).json()).toMatchObject({ state: "accepted", repeated: 0 });
    expect(await (await fetch(copy)).json()).toMatchObject({ state: "accepted", repeated: 1 });
    expect(times(numbers)).toEqual([1]);
  });

  /** Makes a request whose path is not normalized on the way. */
  const callRaw = async (path: string, signedPath: string): Promise<unknown> => {
    const { host, hostname, port } = running.base;
    const signed = { method: "GET", host, path: signedPath, time: Date.now() } as const;
    const headers = { authorization: signRequest(pair.privateKey, signed, "") };
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    httpRequest({ hostname, port, path, headers }, (incoming) => text(incoming).then(resolve, reject))
      .once("error", reject)
      .end();
    return JSON.parse(await promise);
  };

  it.each([
    `${helloPath}?`,
    `${helloPath}?a`,
    `${helloPath}/`,
    `/${helloPath}`,
    "/v1/hell%6F",
    "/V1/hello",
    "/v1/hello%00",
  ])("accepts only one spelling of a path: %s", async (path) => {
    expect(await callRaw(path, path)).toMatchObject({ reason: "no_such_route" });
    expect(await callRaw(path, helloPath)).toMatchObject({ reason: "no_such_route" });
  });

  // Older runtimes normalize a path before the Worker sees it. Then the signature must be that of the normalized path.
  it.each(["/v1/../v1/hello", "/v1/./hello", "/v1/push/orders/../../hello", "/v1/%2e/hello", "/v1/push/%2e%2e/hello"])(
    "does only what is signed: %s",
    async (path) => {
      expect(await callRaw(path, path)).toMatchObject({ state: "rejected" });
      expect(await callRaw(path, pushPath("orders", deployment))).toMatchObject({ state: "rejected" });
    },
  );

  it("has the intent on disk when the queue gets the messages, and the outcome afterwards", async () => {
    const numbers = take(2);
    const held = running.emulator.hold({ route: "binding" }, "before");
    const pushed = running.caller.push(numbers);
    await held.arrived;
    const rows = (query: string) =>
      readdirSync(join(storage, "queue-seeder-ledger"))
        .filter((file) => file.endsWith(".sqlite") && file !== "metadata.sqlite")
        .flatMap((file) => {
          using database = new DatabaseSync(join(storage, "queue-seeder-ledger", file), { readOnly: true });
          return database.prepare(query).all();
        });
    const before = rows("SELECT keys FROM batch");
    held.release();
    await pushed;
    expect(before).toEqual([{ keys: JSON.stringify(keysOf(numbers)) }]);
    expect(rows("SELECT keys FROM batch")).toEqual([]);
    expect(rows(`SELECT state FROM message WHERE key = '${keyOf(numbers[0] ?? 0)}'`)).toEqual([{ state: 0 }]);
  });

  describe("kill -9 of the runtime", () => {
    it("before the request reached it: nothing was noted, and nothing was sent", async () => {
      const numbers = take(2);
      const held = running.emulator.hold({ route: "producer" }, "before");
      const lost = running.caller.push(numbers).catch((error: Error) => error);
      await held.arrived;
      await running.restart();
      held.drop();
      expect(await lost).toBeInstanceOf(Error);
      expect((await running.caller.ask(numbers)).statuses).toEqual(["unseen", "unseen"]);
      expect(await running.caller.push(numbers)).toMatchObject({ state: "accepted", repeated: 0 });
      expect(times(numbers)).toEqual([1, 1]);
    });

    it.each([
      ["before the queue has the messages, which never arrive", "before", "drop", 0],
      ["before the queue has the messages, which arrive later", "before", "release", 1],
      ["after the queue has the messages", "after", "drop", 1],
    ] as const)("%s: they are in doubt", async (_, when, then, count) => {
      const numbers = take(2);
      const held = running.emulator.hold({ route: "binding" }, when);
      const lost = running.caller.push(numbers).catch((error: Error) => error);
      await held.arrived;
      await running.restart();
      held[then]();
      await running.emulator.idle();
      expect(await lost).toBeInstanceOf(Error);
      expect((await running.caller.ask(numbers)).statuses).toEqual(["in_doubt", "in_doubt"]);
      expect(await running.caller.push(numbers)).toMatchObject({ state: "in_doubt", in_doubt: keysOf(numbers) });
      expect(times(numbers)).toEqual([count, count]);
      const again = await running.caller.push(numbers, { resend_in_doubt: true });
      expect(again).toMatchObject({ state: "accepted", possible_duplicates: keysOf(numbers) });
      expect(times(numbers)).toEqual([count + 1, count + 1]);
    });

    it("after it noted the outcome, before its answer arrived: the messages are recognized", async () => {
      const numbers = take(2);
      const { ledger } = await running.caller.ask(numbers);
      const held = running.emulator.hold({ route: "producer" }, "after");
      const lost = running.caller.push(numbers).catch((error: Error) => error);
      await held.arrived;
      await running.restart();
      held.drop();
      expect(await lost).toBeInstanceOf(Error);
      expect(await running.caller.push(numbers)).toMatchObject({
        state: "accepted",
        repeated: 2,
        possible_duplicates: [],
        ledger,
      });
      expect(times(numbers)).toEqual([1, 1]);
    });

    it("after a refusal: the messages are unseen", async () => {
      const numbers = take(2);
      running.emulator.faults.add({ match: { route: "binding" }, effect: { kind: "error", code: 10250 }, times: 1 });
      await running.caller.push(numbers);
      await running.restart();
      expect((await running.caller.ask(numbers)).statuses).toEqual(["unseen", "unseen"]);
    });
  });

  it.each([
    ["before the queue has the messages", "before", 1],
    ["after the queue has the messages", "after", 1],
  ] as const)("has in doubt the messages that an object was sending when it was reset, %s", async (_, when, count) => {
    const numbers = take(2);
    const held = running.emulator.hold({ route: "binding" }, when);
    const pushed = running.caller.push(numbers).catch((error: NoLedgerError) => error);
    await held.arrived;
    expect((await fetch(new URL(`/reset/orders/${deployment}`, running.base))).status).toBe(200);
    const error = await pushed;
    expect(error).toBeInstanceOf(NoLedgerError);
    expect(error).toMatchObject({ status: 503, isRejection: false });
    held.release();
    await running.emulator.idle();
    expect((await running.caller.ask(numbers)).statuses).toEqual(["in_doubt", "in_doubt"]);
    expect(times(numbers)).toEqual([count, count]);
  });
});

it("with the queues' limits: 5,000 messages a second, and sizes", async () => {
  await using running = await startRunning("wrangler", {}, { rateLimit: true });
  const large = async (count: number, bytes: number) => {
    const numbers = take(count);
    const body = pushBody({ keys: keysOf(numbers), resend_in_doubt: false }, messagesOf(numbers, "x".repeat(bytes)));
    return (await running.caller.call({ path: push, body })).json;
  };
  expect(await large(2, 128_000)).toMatchObject({ state: "refused", code: 10204 });
  expect(await large(3, 90_000)).toMatchObject({ state: "refused", code: 10205 });
  const batches = Array.from({ length: 60 }, () => take(100));
  const answers = await Promise.all(batches.map((batch) => running.caller.push(batch)));
  const refused = answers.filter(({ state }) => state === "refused");
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set([10250]));
  expect(running.arrived()).toHaveLength((60 - refused.length) * 100);
});

it("with an older compatibility date: errors without a code leave the messages in doubt", async () => {
  await using running = await startRunning("wrangler", { compatibilityDate: "2026-03-11" });
  running.emulator.faults.add({ match: { route: "binding" }, effect: { kind: "error", code: 10250 }, times: 1 });
  expect(await running.caller.push(take(1))).toMatchObject({ state: "in_doubt", code: null });
  expect(await running.caller.push(take(1))).toMatchObject({ state: "accepted" });
});
