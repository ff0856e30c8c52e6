import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, manualClock, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";
import { startCommand } from "./command.ts";

let folder: string;
let file: string;
const clock = manualClock(1_700_000_000_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "emulator-"));
  file = join(folder, "state.sqlite");
});

afterEach(() => rm(folder, { recursive: true }));

const start = () => startEmulator({ queues: [{ name: "orders" }, { name: "dead" }], persist: file, clock });

async function view(emulator: Emulator) {
  const queues = (await new Caller(emulator).account("GET", "")).json;
  return { queues, messages: emulator.queueNames().map((name) => emulator.messages(name)) };
}

test("queues, consumers, messages, delays, leases and attempts are restored unchanged", async () => {
  let before: unknown;
  let lease: string | undefined;
  {
    await using emulator = await start();
    const api = new Caller(emulator);
    await api.account("POST", "", { queue_name: "mails", jurisdiction: "eu" });
    await api.call("PATCH", "", { settings: { message_retention_period: 600 } });
    await api.post("/consumers", { type: "http_pull", dead_letter_queue: "dead", settings: { max_retries: 1 } });
    await api.post("/messages/batch", {
      messages: [
        { body: { ä: [1, null] } },
        { body: "zero \u0000 byte, \u{1f600}", content_type: "text" },
        { body: "later", delay_seconds: 5 },
        { body: "never pulled" },
      ],
    });
    const pulled = await api.post("/messages/pull", { batch_size: 2 });
    lease = (pulled.json as { result: { messages: { lease_id: string }[] } }).result.messages[0]?.lease_id;
    before = await view(emulator);
  }
  await using emulator = await start();
  expect(await view(emulator)).toEqual(before);
  const api = new Caller(emulator);
  const ack = await api.post("/messages/ack", { acks: [{ lease_id: lease }] });
  expect(ack.json).toMatchObject({ result: { ackCount: 1, warnings: {} } });
  clock.advance(5_000);
  const next = await api.post("/messages/pull", {});
  expect(next.json).toMatchObject({ result: { messages: [{ attempts: 1 }, { attempts: 1 }] } });
});

test("what was removed stays removed, and its leases are never mistaken for those of new messages", async () => {
  let lease: string | undefined;
  {
    await using emulator = await start();
    const api = new Caller(emulator);
    await api.post("/consumers", { type: "http_pull" });
    await api.post("/messages", { body: 1 });
    const pulled = await api.post("/messages/pull", {});
    lease = (pulled.json as { result: { messages: { lease_id: string }[] } }).result.messages[0]?.lease_id;
    await api.post("/messages/ack", { acks: [{ lease_id: lease }] });
    emulator.deleteQueue("dead");
    const mails = emulator.createQueue({ name: "mails" });
    await api.account("POST", `/${mails}/messages`, { body: 1 });
    await api.account("POST", `/${mails}/purge`, { delete_messages_permanently: true });
  }
  await using emulator = await startEmulator({ persist: file, clock });
  const api = new Caller(emulator);
  expect(emulator.queueNames()).toEqual(["orders", "mails"]);
  expect(emulator.messages("mails")).toEqual([]);
  await api.post("/messages", { body: 2 });
  await api.post("/messages/pull", {});
  const ack = await api.post("/messages/ack", { acks: [{ lease_id: lease }] });
  expect(ack.json).toMatchObject({ result: { ackCount: 0 } });
  expect(emulator.messages("orders")).toMatchObject([{ body: 2 }]);
});

test("no accepted message is lost after kill -9 during pushes", async () => {
  let acknowledged: number[] = [];
  {
    await using command = await startCommand("--persist", file, "--no-rate-limit");
    const { baseUrl } = command;
    const account = { accountId: "0123456789abcdef0123456789abcdef", token: "emulator-token" };
    await using setup = await startEmulator({ queues: [{ name: "orders" }] });
    const path = `${baseUrl}/accounts/${account.accountId}/queues/${setup.queueId("orders")}/messages/batch`;
    let pushed = 0;
    const pushUntilDead = async () => {
      for (;;) {
        const first = pushed;
        pushed += 10;
        const bodies = Array.from({ length: 10 }, (_, index) => first + index);
        const response = await fetch(path, {
          method: "POST",
          headers: { authorization: `Bearer ${account.token}` },
          body: JSON.stringify({ messages: bodies.map((body) => ({ body })) }),
        }).catch(() => undefined);
        if (response === undefined) return;
        expect(response.status).toBe(200);
        acknowledged = [...acknowledged, ...bodies];
        if (first >= 500) void command.end("SIGKILL");
      }
    };
    await Promise.all([pushUntilDead(), pushUntilDead(), pushUntilDead()]);
  }
  await using emulator = await startEmulator({ persist: file, queues: [{ name: "orders" }] });
  const kept = new Set(emulator.messages("orders").map((message) => message.body));
  expect(acknowledged.length).toBeGreaterThan(400);
  expect(acknowledged.filter((body) => !kept.has(body))).toEqual([]);
  // Requests in flight may have been accepted, as whole batches only.
  expect(kept.size % 10).toBe(0);
});

test.each([
  ["no database", "words", "file is not a database"],
  ["a database of something else", undefined, "written by another version"],
])("a file that is %s is refused and left alone", async (_, text, reason) => {
  if (text === undefined) {
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE mine (a)");
    other.close();
  } else await writeFile(file, text);
  await expect(start()).rejects.toThrow(reason);
  await expect(start()).rejects.toThrow(`${file} cannot hold the emulator's state`);
});

test("a file that another emulator uses is refused", async () => {
  await using _ = await start();
  await expect(start()).rejects.toThrow("another emulator is using it");
});

test("a queue is refused if it is configured with another id than its own", async () => {
  await (await start()).close();
  const other = startEmulator({ queues: [{ name: "orders", id: "other" }], persist: file });
  await expect(other).rejects.toThrow("The name orders or the id");
  await (await start()).close();
});
