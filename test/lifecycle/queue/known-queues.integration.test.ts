import { afterEach, beforeEach, expect, it } from "vitest";
import { startEmulator } from "../../../src/emulator/index.ts";
import { failureOf, makeWorld, type World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const text = "queue: orders\nmessages: [{ body: 1 }]\n";
const create = async () => world.start().lifecycle.create(await world.segment(text));
const calls = (method: string) => world.emulator.requests.filter((request) => request.method === method).length;

it.each([
  [6003, undefined, /credentials are malformed.*Check the API token/],
  [9106, undefined, /no credentials.*Check the API token/],
  [10000, 401, /does not accept the credentials.*Check the API token.*Account › Queues › Edit/],
  [7003, undefined, /account's id is malformed.*Check the queue id and the account id/],
  [11000, undefined, /queue was not found.*Check the queue id/],
  [10104, undefined, /queue was not found.*Check the queue id/],
] as const)("stops at %i before anything is sent, and says what to do", async (code, status, message) => {
  const answer = { kind: "error", code, ...(status !== undefined && { status }) } as const;
  world.emulator.faults.add({ match: { method: "GET" }, effect: answer });
  const failure = await failureOf(create());
  expect(failure.message).toMatch(/^PUSH_INCOMPLETE: a: 0 of 1 message pushed to orders, 0 in doubt, 1 not sent/);
  expect(failure.message).toMatch(message);
  expect(failure).not.toHaveProperty("outputs");
  expect(calls("POST")).toBe(0);
});

it.each([
  ["a token that may push and not look", { kind: "error", code: 10000, status: 403 }],
  ["a question that is not allowed", { kind: "error", code: 10106 }],
  ["a failing API", { kind: "error", code: 15000 }],
  ["a limit", { kind: "error", code: 971 }],
  ["a proxy's page", { kind: "status", status: 404 }],
  ["a lost answer", { kind: "lost", when: "before" }],
] as const)("continues after %s, and lets the push decide", async (_, effect) => {
  world.emulator.faults.add({ match: { method: "GET" }, effect });
  expect((await create()).outs.pushed).toBe(1);
  expect(world.logged).toEqual([]);
});

it("names the permission that a read-only token lacks, and asks no more for the other segments", async () => {
  await using emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false, readToken: "look" });
  Object.assign(world.env, { CLOUDFLARE_BASE_URL: emulator.baseUrl, CLOUDFLARE_API_TOKEN: "look" });
  const queue = { accountId: emulator.accountId, queueId: emulator.queueId("orders") };
  const inputs = { ...(await world.segment(text)), ...queue };
  const { lifecycle } = world.start();
  const first = await failureOf(lifecycle.create(inputs));
  expect(first.message).toMatch(/^PUSH_INCOMPLETE: a: 0 of 1 message/);
  expect(first.message).toMatch(/10106.*can read the queue, but not push.*Account › Queues › Edit/);
  const second = await failureOf(lifecycle.create({ ...inputs, deployment: "another" }));
  expect(second.message).toBe(first.message);
  expect(emulator.requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
});

it("names the permission if the token can neither read nor push", async () => {
  world.emulator.faults.add({ effect: { kind: "error", code: 10000, status: 403 } });
  const failure = await failureOf(create());
  expect(failure.message).toMatch(/10000.*Account › Queues › Edit/);
  expect(failure).not.toHaveProperty("outputs");
});

it("warns once about a queue whose delivery is paused, and pushes", async () => {
  const { baseUrl, accountId, token } = world.emulator;
  const url = `${baseUrl}/accounts/${accountId}/queues/${world.emulator.queueId("orders")}`;
  const body = JSON.stringify({ settings: { delivery_paused: true } });
  await fetch(url, { method: "PATCH", headers: { authorization: `Bearer ${token}` }, body });
  const { lifecycle } = world.start();
  const inputs = await world.segment(text);
  expect((await lifecycle.create(inputs)).outs.pushed).toBe(1);
  await lifecycle.create({ ...inputs, deployment: "another", resourceUrn: "urn:another" });
  expect(world.logged).toEqual([expect.stringMatching(/^warning: delivery of orders is paused/)]);
});

it("reads a queue once, also for the manifest's requirements, and not at all if there is nothing to push", async () => {
  const { lifecycle } = world.start();
  const inputs = await world.segment(`${text}requires: { not_paused: true }\n`);
  const { outs } = await lifecycle.create(inputs);
  await lifecycle.create({ ...inputs, deployment: "another" });
  expect(calls("GET")).toBe(1);
  await world.start().lifecycle.update("a/0", outs, inputs);
  expect(calls("GET")).toBe(1);
});
