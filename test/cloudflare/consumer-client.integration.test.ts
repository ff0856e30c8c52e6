import { afterEach, expect, it } from "vitest";
import { Credentials, createConsumerClient } from "../../src/cloudflare/index.ts";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "../emulator/caller.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function connected(queues: readonly { readonly name: string }[]) {
  const emulator: Emulator = await startEmulator({ queues, rateLimit: false });
  const client = createConsumerClient({
    credentials: new Credentials("test", emulator.token, { authorization: `Bearer ${emulator.token}` }),
    baseUrl: new URL(emulator.baseUrl),
    env: {},
  });
  open.push(client, emulator);
  const queue = { accountId: emulator.accountId, queueId: emulator.queueId(queues[0]?.name ?? "") };
  return { emulator, client, queue, api: new Caller(emulator) };
}

it("reads answers that are far larger than those of other calls", async () => {
  const { client, queue, api } = await connected([{ name: "orders" }]);
  // Each character is escaped as six bytes in the response.
  const body = "\u0001".repeat(127_900);
  for (let at = 0; at < 12; at += 1) await api.post("/messages", { body, content_type: "text" });
  const answer = await client.peek(queue, 100);
  if (answer.kind !== "ok") throw new Error(answer.failure.message);
  expect(answer.value).toHaveLength(12);
  expect(answer.value.every((message) => message.body === body)).toBe(true);
});

it("lists every queue of an account, across pages", async () => {
  const names = Array.from({ length: 230 }, (_, index) => `queue-${index}`);
  const { client, emulator } = await connected(names.map((name) => ({ name })));
  const answer = await client.listQueues(emulator.accountId);
  if (answer.kind !== "ok") throw new Error(answer.failure.message);
  expect(answer.value.map(({ queue_name }) => queue_name)).toEqual(names);
  expect(emulator.requests.filter(({ route }) => route === "queues.list")).toHaveLength(3);
});

it("reports what the API refuses", async () => {
  const { client, queue } = await connected([{ name: "orders" }]);
  const refused = { kind: "failed", failure: { retry: "no", status: 405 } };
  expect(await client.pull(queue, 1, 1_000)).toMatchObject(refused);
  expect(await client.acknowledge(queue, ["l1"])).toMatchObject(refused);
  expect(await client.listQueues("..")).toMatchObject({ kind: "failed" });
});
