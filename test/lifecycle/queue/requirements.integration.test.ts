import { afterEach, beforeEach, expect, it } from "vitest";
import { failureOf, makeWorld, type World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const manifest = (requires: string, count = 1) =>
  `queue: orders\nrequires: ${requires}\nmessages: [{ for_each: ${count}, body: "${"${index}"}" }]\n`;

/** Calls the emulator's queue as another client. */
async function call(method: string, path: string, body: object): Promise<void> {
  const { baseUrl, accountId, token } = world.emulator;
  const url = `${baseUrl}/accounts/${accountId}/queues/${world.emulator.queueId("orders")}${path}`;
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

const pushes = () => world.emulator.requests.filter(({ accepted }) => accepted > 0).length;

it.each([
  ["{ consumer: true }", () => Promise.resolve(), /It has no consumer\. Deploy one first/],
  [
    "{ not_paused: true }",
    () => call("PATCH", "", { settings: { delivery_paused: true } }),
    /Its delivery is paused\. Resume it/,
  ],
  ["{ max_backlog: 0 }", () => call("POST", "/messages", { body: 1 }), /Its backlog has 1 message, more than 0/],
])("holds a manifest back that requires %s", async (requires, prepare, message) => {
  await prepare();
  const before = pushes();
  const failure = await failureOf(world.start().lifecycle.create(await world.segment(manifest(requires))));
  expect(failure.message).toMatch(/^REQUIREMENT_NOT_MET: nothing from a was pushed to orders/);
  expect(failure.message).toMatch(message);
  expect(failure).not.toHaveProperty("outputs");
  expect(pushes()).toBe(before);
});

it("reports everything that is missing at once", async () => {
  await call("PATCH", "", { settings: { delivery_paused: true } });
  const inputs = await world.segment(manifest("{ consumer: true, not_paused: true, max_backlog: 5 }"));
  const failure = await failureOf(world.start().lifecycle.create(inputs));
  expect(failure.message).toMatch(/no consumer[\s\S]*paused/);
  expect(failure.message).not.toMatch(/backlog has/);
});

it("pushes if the queue meets the requirements, and checks once for all segments", async () => {
  await call("POST", "/consumers", { type: "http_pull" });
  world.write(
    "messages/a.yaml",
    "queue: orders\nrequires: { consumer: true, max_backlog: 0 }\nsource: { file: rows.ndjson }\n",
  );
  world.write("messages/rows.ndjson", Array.from({ length: 5_100 }, (_, n) => n).join("\n"));
  const { lifecycle } = world.start();
  for (const inputs of await world.segments()) await lifecycle.create(inputs);
  expect(world.bodies()).toHaveLength(5_100);
  expect(world.emulator.requests.filter(({ method }) => method === "GET")).toHaveLength(2);
});

it("is checked by every run that sends messages, also the rest of a manifest, and by no other run", async () => {
  const before = (await world.start().lifecycle.create(await world.segment(manifest("{ max_backlog: 0 }")))).outs;
  const more = await world.segment(manifest("{ max_backlog: 0 }", 2));
  const failure = await failureOf(world.start().lifecycle.update("id", before, more));
  expect(failure.message).toMatch(/^REQUIREMENT_NOT_MET: .*\n.*backlog has 1 message, more than 0/);
  expect(world.bodies()).toHaveLength(1);
  const asked = world.emulator.requests.length;
  await world.start().lifecycle.update("id", before, await world.segment(manifest("{ max_backlog: 0 }")));
  expect(world.emulator.requests).toHaveLength(asked);
});

it("is checked before each delivery of all messages", async () => {
  const text = (body: number) =>
    `queue: orders\npush: on_change\nrequires: { max_backlog: 0 }\nmessages: [{ body: ${body} }]\n`;
  const { outs } = await world.start().lifecycle.create(await world.segment(text(1)));
  const failure = await failureOf(world.start().lifecycle.update("id", outs, await world.segment(text(2))));
  expect(failure.message).toMatch(/^REQUIREMENT_NOT_MET/);
  expect(world.bodies()).toEqual([1]);
});

it("reports that the queue could not be read, and pushes nothing", async () => {
  world.emulator.faults.add({ match: { route: "metrics" }, effect: { kind: "error", code: 10000 } });
  const failure = await failureOf(world.start().lifecycle.create(await world.segment(manifest("{ max_backlog: 9 }"))));
  expect(failure.message).toMatch(/Its backlog cannot be read: .*10000/);
  expect(pushes()).toBe(0);
});
