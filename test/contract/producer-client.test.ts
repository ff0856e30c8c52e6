/** The client of the producer Worker against the shipped Worker in workerd, the real runtime. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createProducerClient, createSegmentClient, type ProducerClient } from "../../src/cloudflare/index.ts";
import { defaults } from "../../src/emulator/defaults.ts";
import type { FaultEffect } from "../../src/emulator/index.ts";
import { connectWorker } from "../../src/lifecycle/producer/connect-worker.ts";
import { deriveKeyPair } from "../../src/producer/signing.ts";
import { batches, queue, virtualClock } from "../push/fakes.ts";
import { type Running, startRunning } from "./producer/runtime.ts";

const accountId = defaults.account;
const name = "queue-seeder";
const workerKey = Buffer.alloc(32, 5).toString("base64");
const { publicKey } = deriveKeyPair(workerKey, accountId, name);
const shippedWorker = fileURLToPath(new URL("../../src/producer/worker.js", import.meta.url));

let running: Running;
const clients: ProducerClient[] = [];
/** Each test has a ledger of its own. */
let deployments = 0;

beforeAll(async () => {
  running = await startRunning("wrangler", { publicKey });
});
afterAll(() => running?.[Symbol.asyncDispose]());
afterEach(async () => {
  running.emulator.faults.clear();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

function connect(options: Partial<Parameters<typeof createProducerClient>[0]> = {}): ProducerClient {
  // Repeats at once.
  const clock = { now: () => Date.now(), sleep: async (_ms: number, signal?: AbortSignal) => signal?.throwIfAborted() };
  const client = createProducerClient({ url: running.base, workerKey, accountId, name, clock, env: {}, ...options });
  clients.push(client);
  return client;
}

const keyOf = (index: number) => `key-${index}`.padEnd(22, "_");
const place = () => ({ queue: "mails", deployment: `deployment-${deployments}` });
const [batch = []] = batches(3);
const keys = batch.map(({ index }) => keyOf(index));

/** Begins the run of a segment. */
async function begin(client: ProducerClient, more: { ledgerId?: string; inDoubt?: number[]; unknown?: number[] } = {}) {
  const asked = await client.ask(place(), keys.slice(0, 1));
  const ledgerId = asked.kind === "answer" ? asked.value.ledgerId : "";
  return createSegmentClient(client, { ...place(), ledgerId, keyOf, inDoubt: [], unknown: [], ...more });
}

/** Returns the bodies that arrived since `before`. */
const arrived = (before: number) =>
  running.emulator
    .messages("mails")
    .slice(before)
    .map(({ body }) => body);
const count = () => running.emulator.messages("mails").length;

async function statuses(client: ProducerClient): Promise<unknown> {
  const asked = await client.ask(place(), keys);
  return asked.kind === "answer" ? keys.map((key) => asked.value.statuses.get(key)) : asked;
}

it("sends hello, asks, pushes, and asks again", async () => {
  deployments += 1;
  const client = connect();
  expect(client.publicKey).toBe(publicKey);
  expect(await client.hello()).toMatchObject({ kind: "answer", value: { queues: ["mails", "orders"] } });
  expect(await statuses(client)).toEqual(["unseen", "unseen", "unseen"]);
  const before = count();
  const segment = await begin(client);
  expect(await segment.push(queue, batch)).toMatchObject({
    kind: "accepted",
    duplicates: new Set(),
    metrics: { backlog_count: before + 3 },
  });
  expect(arrived(before)).toEqual([0, 1, 2]);
  expect(await statuses(client)).toEqual(["accepted", "accepted", "accepted"]);
});

it.each<[string, FaultEffect]>([
  ["that was lost", { kind: "lost", when: "after" }],
  ["that was cut off", { kind: "truncate", when: "after" }],
  ["that a proxy replaced", { kind: "status", status: 502, body: "html", when: "after" }],
  ["to a request that never arrived", { kind: "lost", when: "before" }],
])("repeats the request after an answer %s: the messages arrived once, and are confirmed", async (_, effect) => {
  deployments += 1;
  const client = connect();
  const before = count();
  const segment = await begin(client);
  running.emulator.faults.add({ match: { route: "producer", method: "POST" }, effect, times: 2 });
  expect(await segment.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set() });
  expect(arrived(before)).toEqual([0, 1, 2]);
  // Its own repetitions are not those of an earlier run.
  expect(segment.recognized).toBe(0);
});

it("leaves messages in doubt if the queue's answer was lost, and sends them again only when asked to", async () => {
  deployments += 1;
  const client = connect();
  const before = count();
  const first = await begin(client);
  running.emulator.faults.add({ match: { route: "binding" }, effect: { kind: "lost", when: "after" }, times: 1 });
  expect(await first.push(queue, batch)).toMatchObject({ kind: "unknown" });
  expect(await statuses(client)).toEqual(["in_doubt", "in_doubt", "in_doubt"]);
  const next = await begin(client, { inDoubt: [0, 1, 2] });
  expect(await next.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set([0, 1, 2]) });
  expect(arrived(before)).toEqual([0, 1, 2, 0, 1, 2]);
});

it("concludes nothing from another ledger than the one that it asked", async () => {
  deployments += 1;
  const client = connect();
  const segment = await begin(client, { ledgerId: "the id of a ledger that was deleted", inDoubt: [0] });
  const result = await segment.push(queue, batch);
  expect(result.kind).toBe("accepted");
  expect(result).not.toHaveProperty("duplicates");
});

it("treats another key and an unbound queue as final, before anything is sent", async () => {
  deployments += 1;
  const before = count();
  const other = connect({ workerKey: Buffer.alloc(32, 6).toString("base64") });
  expect(await other.hello()).toMatchObject({ kind: "rejected", reason: "unauthorized" });
  const options = { ...place(), ledgerId: "", keyOf, inDoubt: [], unknown: [] };
  const refused = (words: string) => ({
    kind: "refused",
    failure: { retry: "no", message: expect.stringContaining(words) },
  });
  expect(await createSegmentClient(other, options).push(queue, batch)).toMatchObject(refused("another key"));
  const unbound = createSegmentClient(connect(), { ...options, queue: "none" });
  expect(await unbound.push(queue, batch)).toMatchObject(refused("no binding for the queue"));
  expect(arrived(before)).toEqual([]);
});

it("waits while a Worker of another version of the protocol answers, until the deployed one does", async () => {
  const folder = await mkdtemp(join(tmpdir(), "worker-"));
  const text = await readFile(shippedWorker, "utf8");
  const old = join(folder, "worker.js");
  await writeFile(old, text.replace("const version = 1;", "const version = 2;"));
  let deployed = await startRunning("wrangler", { publicKey, files: [old] });
  const { port } = deployed.base;
  const time = virtualClock();
  let waits = 0;
  const clock = {
    ...time,
    now: () => Date.now(),
    sleep: async (ms: number, signal?: AbortSignal) => {
      waits += 1;
      if (waits === 3) {
        await deployed[Symbol.asyncDispose]();
        deployed = await startRunning("wrangler", { publicKey, port: Number(port) });
      }
      await time.sleep(ms, signal);
    },
  };
  const config: Readonly<Record<string, string>> = { "queue-seeder:workerKey": workerKey };
  const host = { config: (key: string) => config[key], env: {}, clock, cancelled: new AbortController().signal };
  try {
    const connected = await connectWorker({ accountId }, { url: deployed.base.origin, name, queues: ["mails"] }, host);
    clients.push(connected.client);
    expect(connected.queues).toEqual(["mails", "orders"]);
    expect(waits).toBe(3);
  } finally {
    await deployed[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
});
