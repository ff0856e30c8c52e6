import { afterEach, beforeEach, expect, it } from "vitest";
import { createProducerClient, createSegmentClient, type ProducerClient } from "../../../src/cloudflare/index.ts";
import { batches, queue } from "../../push/fakes.ts";
import { type FakeProducer, startFakeProducer, workerKey } from "../../support/fake-producer.ts";

const account = "a".repeat(32);
const place = { queue: "orders", deployment: "first" };
let fake: FakeProducer;
let client: ProducerClient;
let slept: number[];
/** What the queue answers, by the number of the call; then it accepts. */
let answers: (number | "accepted" | { readonly lost: "taken" | "not_taken" })[];

beforeEach(async () => {
  slept = [];
  answers = [];
  fake = await startFakeProducer({
    accountId: account,
    name: "seeder",
    queues: ["orders"],
    async send(_queue, messages) {
      const answer = answers.shift() ?? "accepted";
      const isTaken = answer === "accepted" || (typeof answer === "object" && answer.lost === "taken");
      if (isTaken) fake.sent.push(...JSON.parse(messages).messages.map(({ body }: { body: unknown }) => body));
      return answer;
    },
  });
  client = connect();
});
afterEach(async () => {
  await client.close();
  await fake[Symbol.asyncDispose]();
});

function connect(options: Partial<Parameters<typeof createProducerClient>[0]> = {}): ProducerClient {
  const clock = {
    now: () => Date.now(),
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      slept.push(ms);
    },
  };
  const url = new URL(fake.url);
  return createProducerClient({
    url,
    workerKey,
    accountId: account,
    name: "seeder",
    clock,
    env: {},
    random: () => 1,
    ...options,
  });
}

async function segment(more: { inDoubt?: number[]; unknown?: number[]; ledgerId?: string } = {}) {
  const asked = await client.ask(place, [keyOf(99)]);
  const ledgerId = asked.kind === "answer" ? asked.value.ledgerId : "";
  return createSegmentClient(client, { ...place, ledgerId, keyOf, inDoubt: [], unknown: [], ...more });
}

const keyOf = (index: number) => `key-${index}`.padEnd(22, "_");
const [batch = []] = batches(3);
const pushes = () => fake.requests.filter((path) => path.startsWith("/v1/push/")).length;

it("pushes a batch, also of one message, to the path of its queue and deployment", async () => {
  const own = await segment();
  const [one = [], two = []] = batches(1, 2);
  expect(await own.push(queue, one)).toMatchObject({ kind: "accepted", duplicates: new Set() });
  expect(await own.push(queue, two)).toMatchObject({ kind: "accepted", duplicates: new Set() });
  expect(fake.sent).toEqual([0, 1, 2]);
  expect(fake.requests).toEqual(["/v1/ask/orders/first", "/v1/push/orders/first", "/v1/push/orders/first"]);
  expect(own.recognized).toBe(0);
});

it.each(["lose_request", "lose_answer"] as const)(
  "repeats a push after %s with the same keys, so nothing arrives twice",
  async (fault) => {
    const own = await segment();
    fake.fault = (request) => (request <= 5 ? fault : undefined);
    expect(await own.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set() });
    expect(fake.sent).toEqual([0, 1, 2]);
    expect(pushes()).toBe(6);
    expect(slept).toEqual([200, 400, 800, 1_600, 3_200]);
    expect(own.recognized).toBe(0);
  },
);

it.each([
  ["a lost connection", "lose_answer"],
  ["a page of the runtime", { status: 500, body: "<html>error 1101</html>" }],
  ["another server's JSON", { status: 200, body: '{"success":true}' }],
  ["another version", { status: 200, body: '{"version":2,"state":"accepted"}' }],
  ["an unavailable object", { status: 503, body: '{"version":1,"state":"unavailable","message":"reset"}' }],
  ["an answer without its fields", { status: 200, body: '{"version":1,"state":"accepted"}' }],
] as const)("does not know what happened after six times %s", async (_, fault) => {
  const own = await segment();
  fake.fault = () => fault;
  const result = await own.push(queue, batch);
  expect(result).toMatchObject({ kind: "unknown", failure: { retry: "unknown_outcome" } });
  expect(pushes()).toBe(6);
  fake.fault = () => undefined;
  expect(await own.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set() });
  expect(fake.sent).toEqual([0, 1, 2]);
  expect(own.recognized).toBe(0);
});

it("does not treat a rejection or a limit after a lost answer as proof that nothing was sent", async () => {
  const own = await segment();
  fake.fault = (request) =>
    request === 1 ? "lose_answer" : request < 7 ? { status: 429, body: "error code: 1015" } : undefined;
  expect(await own.push(queue, batch)).toMatchObject({ kind: "unknown" });
  expect(fake.sent).toEqual([0, 1, 2]);
});

it.each([
  ["error code: 1015", "after_wait"],
  ["error code: 1027", "stop_queue"],
] as const)("treats a 429 from Cloudflare with %j as a refusal: %s", async (body, retry) => {
  const own = await segment();
  fake.fault = () => ({ status: 429, body });
  expect(await own.push(queue, batch)).toMatchObject({ kind: "refused", failure: { retry, status: 429 } });
  expect(pushes()).toBe(1);
});

it.each([
  [10250, "after_wait"],
  [10251, "stop_queue"],
  [10253, "stop_queue"],
  [10204, "split"],
  [10104, "no"],
  [99999, "no"],
] as const)("gives a refusal with code %i the policy of the API: %s", async (code, retry) => {
  answers = [code];
  const own = await segment();
  expect(await own.push(queue, batch)).toMatchObject({ kind: "refused", failure: { retry, code } });
  expect(await own.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set() });
  expect(fake.sent).toEqual([0, 1, 2]);
});

it("leaves a message in doubt if the queue's answer to the Worker was lost, and sends it again only when asked to", async () => {
  answers = [{ lost: "taken" }];
  const own = await segment();
  expect(await own.push(queue, batch)).toMatchObject({ kind: "unknown", failure: { retry: "unknown_outcome" } });
  expect(fake.sent).toEqual([0, 1, 2]);
  // The caller pushes again: its policy is to resend. That is certain, and each message may be there twice.
  expect(await own.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set([0, 1, 2]) });
  expect(fake.sent).toEqual([0, 1, 2, 0, 1, 2]);
});

it("does not know the outcome of a refused batch if the ledger has a part of it", async () => {
  const [first = [], all = []] = [batch.slice(0, 1), batch];
  const own = await segment();
  await own.push(queue, first);
  answers = [10250];
  expect(await own.push(queue, all)).toMatchObject({ kind: "unknown", failure: { code: 10250 } });
  expect(await own.push(queue, all)).toMatchObject({ kind: "accepted", duplicates: new Set() });
  expect(fake.sent).toEqual([0, 1, 2]);
});

it("recognizes messages of an earlier run in batches of other sizes, and counts them", async () => {
  await (await segment()).push(queue, batch.slice(0, 2));
  const next = await segment();
  expect(await next.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set() });
  expect(next.recognized).toBe(2);
  expect(fake.sent).toEqual([0, 1, 2]);
});

it("clears no doubt that the ledger cannot resolve, and none with another ledger", async () => {
  const own = await segment({ inDoubt: [0, 1], unknown: [1] });
  expect(await own.push(queue, batch)).toMatchObject({ kind: "accepted", duplicates: new Set([1]) });
  fake.forget();
  const result = await own.push(queue, batch);
  expect(result.kind).toBe("accepted");
  expect(result).not.toHaveProperty("duplicates");
  expect(await (await segment({ ledgerId: "" })).push(queue, batch)).not.toHaveProperty("duplicates");
});

it.each([
  ["unauthorized", () => Object.assign(fake, { key: Buffer.alloc(32, 8).toString("base64") }), "another key"],
  ["no_such_queue", () => Object.assign(fake, { queues: [] }), "no binding for the queue"],
] as const)("treats %s as final, after one request", async (_, change, words) => {
  const own = await segment();
  change();
  const result = await own.push(queue, batch);
  expect(result).toMatchObject({ kind: "refused", failure: { retry: "no", message: expect.stringContaining(words) } });
  expect(pushes()).toBe(1);
  expect(JSON.stringify(result)).not.toContain(workerKey);
});

it("signs with the Worker's time if this machine's clock is wrong", async () => {
  fake.aheadMs = -3_600_000;
  const own = await segment();
  expect(await own.push(queue, batch)).toMatchObject({ kind: "accepted" });
  expect(fake.requests.length).toBe(3);
});

it("sends nothing after a cancellation, and repeats nothing after a stop", async () => {
  const own = await segment();
  const stop = new AbortController();
  fake.fault = () => {
    stop.abort();
    return "lose_answer";
  };
  expect(await own.push(queue, batch, undefined, stop.signal)).toMatchObject({ kind: "unknown" });
  expect(pushes()).toBe(1);
  expect(await own.push(queue, batch, AbortSignal.abort())).toMatchObject({ kind: "unsent" });
  expect(pushes()).toBe(1);
});

it("asks about more messages than one request holds, and about possible duplicates", async () => {
  answers = [{ lost: "not_taken" }];
  const own = await segment();
  await own.push(queue, batch);
  await own.push(queue, batch);
  answers = [{ lost: "taken" }];
  const [, rest = []] = batches(3, 1);
  await own.push(queue, rest);
  const keys = Array.from({ length: 5_001 }, (_, index) => keyOf(index));
  const before = fake.requests.length;
  const answer = await client.ask(place, keys);
  expect(fake.requests.length - before).toBe(2);
  if (answer.kind !== "answer") throw new Error(answer.kind);
  const { statuses, possibleDuplicates } = answer.value;
  expect([0, 3, 4, 5_000].map((index) => statuses.get(keyOf(index)))).toEqual([
    "accepted",
    "in_doubt",
    "unseen",
    "unseen",
  ]);
  expect(possibleDuplicates).toEqual(new Set([0, 1, 2].map(keyOf)));
});

it("reports what is deployed", async () => {
  fake.codeDigest = "digest";
  expect(await client.hello()).toEqual({
    kind: "answer",
    value: { version: 1, state: "ready", code_digest: "digest", queues: ["orders"] },
  });
});
