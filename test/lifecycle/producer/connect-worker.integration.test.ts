import { afterEach, beforeEach, expect, it } from "vitest";
import { connectWorker } from "../../../src/lifecycle/producer/connect-worker.ts";
import type { WorkerTarget } from "../../../src/lifecycle/state/segment.ts";
import { deriveKeyPair } from "../../../src/producer/signing.ts";
import { virtualClock } from "../../push/fakes.ts";
import { type FakeProducer, startFakeProducer, workerKey } from "../../support/fake-producer.ts";

const accountId = "a".repeat(32);
let fake: FakeProducer;

beforeEach(async () => {
  fake = await startFakeProducer({ accountId, name: "seeder", queues: ["orders"], codeDigest: "old" });
});
afterEach(() => fake[Symbol.asyncDispose]());

/** Connects with a clock that advances only while it waits. @returns the seconds that it waited */
async function connect(target: Partial<WorkerTarget>, config: Readonly<Record<string, string>> = {}) {
  const time = virtualClock();
  // The client signs with the system's time, which the fake checks.
  const clock = { ...time, now: () => Date.now() };
  const own: Readonly<Record<string, string>> = { "queue-seeder:workerKey": workerKey, ...config };
  const host = { config: (key: string) => own[key], env: {}, clock, cancelled: new AbortController().signal };
  const connected = connectWorker({ accountId }, { url: fake.url, name: "seeder", ...target }, host);
  const outcome = await connected.then(
    async ({ client, queues }) => {
      await client.close();
      return { queues };
    },
    (error: Error) => ({ error: error.message }),
  );
  return { ...outcome, seconds: time.elapsed() / 1_000 };
}

it("waits for a version that was deployed in this run until its code, its queues and its key answer", async () => {
  fake.key = Buffer.alloc(32, 8).toString("base64");
  fake.fault = (request) => {
    if (request === 3) fake.key = workerKey;
    if (request === 6) fake.codeDigest = "new";
    if (request === 9) fake.queues = ["emails", "orders"];
    return request === 7 ? { status: 500, body: "<html>1101</html>" } : undefined;
  };
  const connected = await connect({ code: "new", queues: ["emails", "orders"] });
  expect(connected).toEqual({ queues: ["emails", "orders"], seconds: 9 });
  expect(fake.requests).toHaveLength(10);
});

it.each([
  ["other code", { code: "new" }, /it is not yet running the deployed code/],
  ["a queue less", { code: "old", queues: ["emails", "orders"] }, /it has no binding yet for emails/],
] as const)("gives up after a minute of %s", async (_, target, words) => {
  const { error, seconds } = (await connect(target)) as { error: string; seconds: number };
  expect(error).toMatch(/^WORKER_NOT_READY: nothing was pushed/);
  expect(error).toMatch(words);
  expect(seconds).toBe(60);
});

it("does not wait for a Worker that was deployed by hand and has another key, and names the one that it must have", async () => {
  fake.key = Buffer.alloc(32, 8).toString("base64");
  const { error, seconds } = (await connect({})) as { error: string; seconds: number };
  expect(error).toContain(`PUBLIC_KEY must be ${deriveKeyPair(workerKey, accountId, "seeder").publicKey}`);
  expect(error).not.toContain(workerKey);
  expect(seconds).toBe(0);
});

it("accepts any code of a Worker that was deployed by hand, and waits ten seconds if it does not answer", async () => {
  expect(await connect({})).toEqual({ queues: ["orders"], seconds: 0 });
  fake.fault = () => ({ status: 404, body: "<html>no such host</html>" });
  expect(await connect({})).toMatchObject({
    error: expect.stringContaining("the answer is not the Worker's"),
    seconds: 10,
  });
});

it("refuses to continue without a key or an address, before any request", async () => {
  expect(await connect({}, { "queue-seeder:workerKey": "" })).toMatchObject({
    error: expect.stringMatching(/^WORKER_KEY_MISSING: /),
  });
  expect(await connect({ url: "" })).toMatchObject({ error: expect.stringMatching(/^WORKER_ADDRESS_MISSING: /) });
  expect(fake.requests).toEqual([]);
});
