import { expect, test } from "vitest";
import { type EmulatorOptions, manualClock, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

async function limited(options: EmulatorOptions) {
  const clock = manualClock(1_700_000_000_000);
  const emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "mails" }], clock, ...options });
  const api = new Caller(emulator);
  return {
    clock,
    emulator,
    api,
    /** Pushes messages of `bytes` bytes. @returns the error code if the push was refused */
    push: async (count: number, bytes = 1) => {
      const message = { body: "x".repeat(bytes), content_type: "text" };
      return (await api.post("/messages/batch", { messages: Array(count).fill(message) })).code;
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

test("a queue accepts 5,000 messages a second, and is overloaded above that", async () => {
  await using setup = await limited({});
  for (let i = 0; i < 50; i += 1) expect(await setup.push(100)).toBeUndefined();
  const refused = await setup.api.post("/messages", { body: 1 });
  expect([refused.status, refused.code, refused.headers.get("retry-after")]).toEqual([429, 10250, "1"]);
  // The limit is per second and queue.
  const mails = setup.emulator.queueId("mails");
  expect((await setup.api.call("POST", "/messages", { body: 1 }, mails)).status).toBe(200);
  setup.clock.advance(1_000);
  expect(await setup.push(1)).toBeUndefined();
  expect(setup.emulator.messages("orders")).toHaveLength(5_001);
});

test("without a limit on requests there is none on messages", async () => {
  await using setup = await limited({ rateLimit: false });
  for (let i = 0; i < 51; i += 1) expect(await setup.push(100)).toBeUndefined();
});

test("a full queue accepts no more messages until there is room", async () => {
  await using setup = await limited({ queueLimits: { queueBytes: 100 } });
  expect(await setup.push(1, 100)).toBeUndefined();
  expect(await setup.push(1)).toBe(10251);
  await setup.api.post("/purge", { delete_messages_permanently: true });
  expect(await setup.push(1)).toBeUndefined();
});

test("the free plan has 10,000 operations a day, and keeps messages for a day", async () => {
  await using setup = await limited({ freePlan: true, rateLimit: false });
  expect((await setup.api.call("GET", "")).json).toMatchObject({
    result: { settings: { message_retention_period: 86_400 } },
  });
  await setup.api.post("/consumers", { type: "http_pull" });
  for (let i = 0; i < 99; i += 1) expect(await setup.push(100)).toBeUndefined();
  // An operation covers 64,000 bytes, so these count as two each.
  for (let i = 0; i < 40; i += 1) expect(await setup.push(1, 127_900)).toBeUndefined();
  expect(await setup.push(9)).toBeUndefined();
  // 9,989 so far. Five to read, five to delete.
  const pulled = await setup.api.post("/messages/pull", { batch_size: 5 });
  const { result } = pulled.json as { result: { messages: { lease_id: string }[] } };
  await setup.api.post("/messages/ack", { acks: result.messages.map(({ lease_id }) => ({ lease_id })) });
  expect(await setup.push(1)).toBeUndefined();
  const refused = await setup.api.post("/messages", { body: 1 });
  expect([refused.status, refused.code]).toEqual([429, 10253]);
  setup.clock.advance(86_400_000);
  expect(await setup.push(1)).toBeUndefined();
});

test("the paid plan has no such limit", async () => {
  await using setup = await limited({ rateLimit: false });
  for (let i = 0; i < 101; i += 1) expect(await setup.push(100)).toBeUndefined();
});
