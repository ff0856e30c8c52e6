import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Emulator, type Fault, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

let emulator: Emulator;
let api: Caller;

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "mails" }] });
  api = new Caller(emulator);
});

afterEach(() => emulator.close());

const push = () => api.post("/messages", { body: 1 });
const queued = () => emulator.messages("orders").length;

async function rawPush(signal?: AbortSignal): Promise<Response> {
  return fetch(`${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId("orders")}/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${emulator.token}` },
    body: '{"body": 1}',
    ...(signal && { signal }),
  });
}

describe("effects", () => {
  test("an error code, with its usual status and words, and nothing accepted", async () => {
    emulator.faults.add({ effect: { kind: "error", code: 10250 } });
    const answer = await push();
    expect([answer.status, answer.code, answer.headers.get("retry-after")]).toEqual([429, 10250, "1"]);
    expect(answer.headers.has("ratelimit")).toBe(true);
    expect(queued()).toBe(0);
    expect(emulator.requests.at(-1)).toMatchObject({ status: 429, code: 10250, accepted: 0, route: "push" });
  });

  test("an error code under another status, after acceptance", async () => {
    emulator.faults.add({ effect: { kind: "error", code: 971, status: 200, retryAfterSeconds: 7, when: "after" } });
    const answer = await push();
    expect([answer.status, answer.code, answer.headers.get("retry-after")]).toEqual([200, 971, "7"]);
    expect(queued()).toBe(1);
    expect(emulator.requests.at(-1)).toMatchObject({ code: 971, accepted: 1 });
  });

  test.each([
    ["html", "text/html; charset=UTF-8", /^<!DOCTYPE html>/],
    ["null", "application/json", /^null$/],
    ["empty", "text/plain", /^$/],
  ] as const)("a proxy's answer: %s", async (body, type, text) => {
    emulator.faults.add({ effect: { kind: "status", status: 502, body, retryAfterSeconds: 3 } });
    const response = await rawPush();
    expect([response.status, response.headers.get("content-type"), response.headers.get("retry-after")]).toEqual([
      502,
      type,
      "3",
    ]);
    expect(await response.text()).toMatch(text);
    expect(queued()).toBe(0);
  });

  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("an answer lost %s acceptance", async (when, count) => {
    emulator.faults.add({ effect: { kind: "lost", when } });
    await expect(rawPush()).rejects.toThrow("fetch failed");
    expect(queued()).toBe(count);
    expect(emulator.requests.at(-1)).toMatchObject({ status: undefined, accepted: count });
  });

  test("half of an answer", async () => {
    emulator.faults.add({ effect: { kind: "truncate" } });
    const response = await rawPush();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
    expect(queued()).toBe(1);
  });

  test("an answer that is not JSON", async () => {
    emulator.faults.add({ effect: { kind: "garbage" } });
    const response = await rawPush();
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow(SyntaxError);
    expect(queued()).toBe(1);
  });

  test("a slow answer", async () => {
    const hold = emulator.hold({ route: "push" }, "after");
    emulator.faults.add({ effect: { kind: "delay", ms: 3_600_000, when: "after" }, times: 1 });
    const slow = rawPush().catch((error: Error) => error.message);
    await hold.arrived;
    hold.release();
    // It does not block other requests.
    expect((await push()).status).toBe(200);
    expect(queued()).toBe(2);
    await emulator.close();
    expect(await slow).toBe("fetch failed");
  });

  test("a request that its caller abandoned, which is waited for", async () => {
    await emulator.idle();
    const hold = emulator.hold({ route: "push" }, "before");
    const gone = new AbortController();
    const given = rawPush(gone.signal).catch((error: Error) => error.name);
    await hold.arrived;
    gone.abort();
    expect(await given).toBe("AbortError");
    let idle = false;
    const waiting = emulator.idle().then(() => {
      idle = true;
    });
    expect([queued(), idle]).toEqual([0, false]);
    hold.release();
    await waiting;
    expect(queued()).toBe(1);
  });

  test("several at once, in their order", async () => {
    emulator.faults.add({ effect: { kind: "delay", ms: 1 } });
    emulator.faults.add({ effect: { kind: "error", code: 15000 } });
    emulator.faults.add({ effect: { kind: "error", code: 10250 } });
    expect((await push()).code).toBe(15000);
  });
});

describe("matching", () => {
  /** Returns which of `count` pushes the fault hit, as a string of 0 and 1. */
  async function pattern(fault: Omit<Fault, "effect">, count: number): Promise<string> {
    emulator.faults.clear();
    emulator.faults.add({ ...fault, effect: { kind: "error", code: 10250 } });
    let hits = "";
    for (let i = 0; i < count; i += 1) hits += (await push()).status === 429 ? "1" : "0";
    return hits;
  }

  test.each([
    [{}, "1111"],
    [{ times: 2 }, "1100"],
    [{ every: 2 }, "0101"],
    [{ skip: 1 }, "0111"],
    [{ skip: 2, times: 1 }, "0010"],
    [{ every: 2, times: 1 }, "0100"],
    [{ share: 0 }, "0000"],
    [{ share: 1 }, "1111"],
    [{ match: { method: "GET" } }, "0000"],
    [{ match: { route: "batch" } }, "0000"],
    [{ match: { route: "push" } }, "1111"],
    [{ match: { route: "any" } }, "1111"],
    [{ match: { queue: "mails" } }, "0000"],
    [{ match: { queue: "orders" } }, "1111"],
  ] as const)("%j applies to %s", async (fault, expected) => {
    expect(await pattern(fault, 4)).toBe(expected);
  });

  test("a share is drawn from its seed", async () => {
    const first = await pattern({ share: 0.5, seed: 7 }, 40);
    expect(await pattern({ share: 0.5, seed: 7 }, 40)).toBe(first);
    expect(await pattern({ share: 0.5, seed: 8 }, 40)).not.toBe(first);
    expect(first).toMatch(/(?=.*0)(?=.*1)/);
  });

  test("a queue's id matches as its name does", async () => {
    expect(await pattern({ match: { queue: emulator.queueId("orders") } }, 1)).toBe("1");
  });

  test("a removed fault no longer applies, and the list counts the requests that each fault hit", async () => {
    const id = emulator.faults.add({ effect: { kind: "error", code: 10250 }, every: 2 });
    await push();
    await push();
    expect(emulator.faults.list()).toMatchObject([{ id, seen: 2, hits: 1 }]);
    expect(emulator.faults.remove(id)).toBe(true);
    expect(emulator.faults.remove(id)).toBe(false);
    expect((await push()).status).toBe(200);
  });
});

describe("holding a request", () => {
  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("%s acceptance, then releasing it", async (when, count) => {
    const hold = emulator.hold({ route: "push" }, when);
    const pending = push();
    await hold.arrived;
    expect(queued()).toBe(count);
    hold.release();
    expect((await pending).status).toBe(200);
    expect(queued()).toBe(1);
  });

  test("dropping it before acceptance leaves no trace in the queue", async () => {
    const hold = emulator.hold({}, "before");
    const pending = rawPush().catch((error: Error) => error.message);
    await hold.arrived;
    hold.drop();
    expect(await pending).toBe("fetch failed");
    expect(queued()).toBe(0);
  });

  test("the emulator can close while a request waits", async () => {
    const hold = emulator.hold({}, "before");
    const pending = rawPush().catch((error: Error) => error.message);
    await hold.arrived;
    await emulator.close();
    expect(await pending).toBe("fetch failed");
    hold.release();
  });

  test("the next request that passes can be awaited", async () => {
    const next = emulator.nextRequest((record) => record.route === "push");
    await api.call("GET", "");
    await push();
    expect(await next).toMatchObject({ number: 2, method: "POST", queue: "orders", accepted: 1, status: 200 });
  });
});
