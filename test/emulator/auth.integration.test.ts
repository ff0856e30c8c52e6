import { request } from "undici";
import { expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

const credentials = { token: "good-token", email: "a@example.com", key: "0123456789abcdef0123456789abcdef01234" };

test.each([
  ["nothing", {}, 400, 9106, undefined],
  ["the token", { authorization: "Bearer good-token" }, 200, undefined, undefined],
  ["the token, the scheme in small letters", { authorization: "bearer good-token" }, 200, undefined, undefined],
  ["another token", { authorization: "Bearer other-token" }, 401, 10000, undefined],
  ["another scheme", { authorization: "Basic Z29vZA==" }, 400, 6003, 6111],
  ["a token with a space", { authorization: "Bearer good token" }, 400, 6003, 6111],
  ["an empty token", { authorization: "Bearer " }, 400, 6003, 6111],
  ["email and key", { "x-auth-email": credentials.email, "x-auth-key": credentials.key }, 200, undefined, undefined],
  ["another key", { "x-auth-email": credentials.email, "x-auth-key": "f".repeat(37) }, 401, 10000, undefined],
  ["another email", { "x-auth-email": "b@example.com", "x-auth-key": credentials.key }, 401, 10000, undefined],
  ["a malformed email", { "x-auth-email": "noone", "x-auth-key": credentials.key }, 400, 6003, 6102],
  ["a malformed key", { "x-auth-email": credentials.email, "x-auth-key": "a b" }, 400, 6003, 6103],
  ["an email alone", { "x-auth-email": credentials.email }, 400, 6003, 6103],
  ["a key alone", { "x-auth-key": credentials.key }, 400, 6003, 6102],
])("with %s", async (_, headers, status, code, cause) => {
  await using emulator = await startEmulator({ ...credentials, queues: [{ name: "orders" }] });
  const answer = await new Caller(emulator, headers).post("/messages", { body: 1 });
  expect([answer.status, answer.code]).toEqual([status, code]);
  if (cause !== undefined) expect(answer.json).toMatchObject({ errors: [{ error_chain: [{ code: cause }] }] });
  expect(emulator.messages("orders")).toHaveLength(status === 200 ? 1 : 0);
  expect(JSON.stringify(emulator.requests)).not.toContain("good");
});

test("without a key of its own it accepts no key", async () => {
  await using emulator = await startEmulator({ queues: [{ name: "orders" }] });
  const caller = new Caller(emulator, { "x-auth-email": credentials.email, "x-auth-key": credentials.key });
  expect((await caller.call("GET", "")).code).toBe(10000);
});

test("a read-only token can read, and change nothing", async () => {
  await using emulator = await startEmulator({ ...credentials, readToken: "look-token", queues: [{ name: "orders" }] });
  const caller = new Caller(emulator, { authorization: "Bearer look-token" });
  expect((await caller.call("GET", "")).status).toBe(200);
  expect((await caller.call("GET", "/metrics")).status).toBe(200);
  const push = await caller.post("/messages", { body: 1 });
  expect([push.status, push.code]).toEqual([403, 10106]);
  const create = await caller.account("POST", "", { queue_name: "mails" });
  expect([create.status, create.code]).toEqual([403, 10001]);
  expect(emulator.messages("orders")).toEqual([]);
});

test("another account, and a malformed one", async () => {
  await using emulator = await startEmulator({ ...credentials, queues: [{ name: "orders" }] });
  const get = (account: string) =>
    fetch(`${emulator.baseUrl}/accounts/${account}/queues`, { headers: { authorization: "Bearer good-token" } });
  const other = await get("f".repeat(32));
  expect(other.status).toBe(403);
  expect(await other.json()).toMatchObject({ success: false, errors: [{ code: 9109 }] });
  const malformed = await get("mine");
  expect(malformed.status).toBe(400);
  expect(await malformed.json()).toMatchObject({ errors: [{ code: 7000 }, { code: 7003 }] });
});

test.each([
  ["GET", "/user"],
  ["GET", "/accounts/0123456789abcdef0123456789abcdef/queues/x/y/z"],
  ["POST", "/accounts/0123456789abcdef0123456789abcdef/queues/x/messages/"],
  ["TRACE", "/accounts/0123456789abcdef0123456789abcdef/queues"],
])("no route %s %s, with or without credentials", async (method, path) => {
  await using emulator = await startEmulator(credentials);
  // fetch refuses to send some of these.
  const { statusCode, body } = await request(`${emulator.baseUrl}${path}`, { method: method as "GET" });
  expect(statusCode).toBe(404);
  expect(await body.json()).toMatchObject({
    errors: [{ code: 7003, message: expect.stringContaining(path) }, { code: 7000 }],
  });
});

test("a status on which the sources disagree can be configured", async () => {
  await using emulator = await startEmulator({
    ...credentials,
    queues: [{ name: "orders" }],
    statuses: { 10000: 403 },
  });
  const answer = await new Caller(emulator, { authorization: "Bearer other" }).call("GET", "");
  expect([answer.status, answer.code]).toEqual([403, 10000]);
});
