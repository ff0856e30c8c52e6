import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { request } from "undici";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ queues: [{ name: "orders" }], allowedHosts: ["emulator"] });
});

afterEach(() => emulator.close());

const path = () => `/client/v4/accounts/${emulator.accountId}/queues/${emulator.queueId("orders")}/messages`;

test.each([
  ["its address", { host: "127.0.0.1:PORT" }, 200],
  ["localhost", { host: "localhost:PORT" }, 200],
  ["a name that was allowed", { host: "emulator:PORT" }, 200],
  ["a name that was made to point here", { host: "evil.example:PORT" }, 403],
  ["a name that only begins like it", { host: "127.0.0.1.evil.example" }, 403],
  ["a name that is none", { host: "a b" }, 403],
  ["a page of its own", { host: "localhost:PORT", origin: "http://localhost:PORT" }, 200],
  ["a page of another site", { origin: "http://evil.example" }, 403],
  ["a page of another port", { origin: "http://127.0.0.1:1" }, 403],
  ["a page without a site", { origin: "null" }, 403],
])("called as %s", async (_, headers, status) => {
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace("PORT", String(emulator.port))]),
  );
  const { statusCode, body } = await request(`http://127.0.0.1:${emulator.port}${path()}`, {
    method: "POST",
    headers: { ...own, authorization: `Bearer ${emulator.token}` },
    body: '{"body": 1}',
  });
  await body.dump();
  expect(statusCode).toBe(status);
  expect(emulator.messages("orders")).toHaveLength(status === 200 ? 1 : 0);
});

/** Writes raw bytes. @returns everything that is received until the connection ends */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(emulator.port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}

test.each([
  ["as announced", "Content-Length: 2000001\r\n\r\n", ""],
  ["as announced, instead of being asked for", "Expect: 100-continue\r\nContent-Length: 2000001\r\n\r\n", ""],
  ["as it comes", "Transfer-Encoding: chunked\r\n\r\n", `1e8481\r\n${" ".repeat(2_000_001)}`],
])("a body that is too large is refused %s, before it is complete", async (_, header, body) => {
  const answer = await exchange(`POST ${path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${header}${body}`);
  expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\n\r\n\{"success":false,"errors":\[\{"code":10205,/s);
});

test("a body that is too large is read and refused, and the connection stays open", async () => {
  const api = new Caller(emulator);
  for (const bytes of [2_000_001, 20_000_000]) {
    const answer = await api.raw("POST", "/messages", " ".repeat(bytes));
    expect([answer.status, answer.code]).toEqual([413, 10205]);
  }
  const push = `POST ${path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${emulator.token}\r\n`;
  const answers = await exchange(
    `${push}Content-Length: 2000001\r\n\r\n${" ".repeat(2_000_001)}` +
      `${push}Connection: close\r\nContent-Length: 10\r\n\r\n{"body":1}`,
  );
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
  expect(emulator.messages("orders")).toMatchObject([{ body: 1 }]);
});

test("a body without an end is cut off at last", async () => {
  const socket = connect(emulator.port, "127.0.0.1").resume();
  // A reset is one way to be cut off.
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(`POST ${path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const chunk = `f4240\r\n${" ".repeat(1_000_000)}\r\n`;
  for (let sent = 0; sent < 300 && !socket.destroyed; sent += 1) {
    if (!socket.write(chunk)) await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
  }
  await closed;
  expect(socket.destroyed).toBe(true);
});

test("complete requests before an invalid one are answered first", async () => {
  const hold = emulator.hold({ route: "push" }, "before");
  const push = `POST ${path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${emulator.token}\r\n`;
  const answers = exchange(`${push}Content-Length: 10\r\n\r\n{"body":1}words\r\n\r\n`);
  await hold.arrived;
  hold.release();
  expect((await answers).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 400"]);
  expect(emulator.messages("orders")).toHaveLength(1);
});

test("headers without an end are refused", async () => {
  const answer = await exchange(`GET ${path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});

test("the largest batch that the API accepts fits, with every character escaped", async () => {
  const body = "\u0001".repeat(127_900);
  const answer = await new Caller(emulator).post("/messages/batch", {
    messages: [
      { body, content_type: "text" },
      { body, content_type: "text" },
    ],
  });
  expect(answer.status).toBe(200);
});

test("an invalid URL", async () => {
  expect(await exchange("GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 400 /,
  );
});

test("a caller that disconnects in the middle of its body leaves nothing behind", async () => {
  const socket = connect(emulator.port, "127.0.0.1");
  socket.write(`POST ${path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 11\r\n\r\n{"body"`);
  socket.end();
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*"code":10201/s);
  expect(emulator.requests).toEqual([]);
  expect(emulator.messages("orders")).toEqual([]);
});

test("metrics can be followed as they change", async () => {
  const api = new Caller(emulator);
  const stop = new AbortController();
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId("orders")}/metrics`;
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${emulator.token}`, accept: "text/event-stream" },
    signal: stop.signal,
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => JSON.parse((await reader?.read())?.value?.replace(/^data: /, "") ?? "");
  expect(await next()).toEqual({ backlog_count: 0, backlog_bytes: 0, oldest_message_timestamp_ms: 0 });
  await api.post("/messages", { body: 1 });
  expect(await next()).toMatchObject({ backlog_count: 1, backlog_bytes: 1 });
  await api.call("PATCH", "", { settings: { delivery_paused: true } });
  await api.post("/messages", { body: 22 });
  expect(await next()).toMatchObject({ backlog_count: 2, backlog_bytes: 3 });
  stop.abort();
});

test("it closes while metrics are followed, and their answer then ends completely", async () => {
  const url = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId("orders")}/metrics`;
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${emulator.token}`, accept: "text/event-stream" },
  });
  await emulator.close();
  expect(await response.text()).toMatch(/^data: \{"backlog_count":0,.*\}\n\n$/);
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

test("anything but HTTP is refused", async () => {
  expect(await exchange("words\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

test("an internal error of the emulator has a code too", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  let reads = 0;
  const now = () => {
    reads += 1;
    // The first read is on arrival of the request.
    if (reads === 2) throw new RangeError("no time");
    return 1_700_000_000_000;
  };
  await using broken = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false, clock: { now } });
  reads = 0;
  const answer = await new Caller(broken).post("/messages", { body: 1 });
  expect([answer.status, answer.code]).toEqual([500, 15000]);
  expect(logged).toHaveBeenCalledWith(expect.any(RangeError));
  logged.mockRestore();
  expect(broken.messages("orders")).toEqual([]);
});

test("it listens on 127.0.0.1, and on another address only if that is given", async () => {
  const url = (port: number) => `http://127.0.0.2:${port}/client/v4/accounts/${emulator.accountId}/queues`;
  const call = (port: number, token: string) => fetch(url(port), { headers: { authorization: `Bearer ${token}` } });
  await expect(call(emulator.port, emulator.token)).rejects.toThrow("fetch failed");
  await using other = await startEmulator({ host: "127.0.0.2" });
  expect((await call(other.port, other.token)).status).toBe(200);
  expect((await call(other.port, "another")).status).toBe(401);
});
