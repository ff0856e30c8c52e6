import { describe, expect, onTestFinished, test } from "vitest";
import { type Client, createClient, loadCredentials } from "../../src/cloudflare/index.ts";
import { type Emulator, type EmulatorOptions, type FaultEffect, startEmulator } from "../../src/emulator/index.ts";
import { type BatchOutcome, createThrottle, type PushRun, runPush } from "../../src/push/index.ts";
import type { QueueRef } from "../../src/types.ts";
import { batches, virtualClock } from "./fakes.ts";

interface World {
  readonly emulator: Emulator;
  readonly queue: QueueRef;
  readonly client: Client;
  readonly outcomes: BatchOutcome[];
  run(rest: Partial<PushRun> & Pick<PushRun, "batches">): ReturnType<typeof runPush>;
  /** The bodies in the queue, in ascending order; a body is its message's index. */
  bodies(): number[];
}

async function world(options: EmulatorOptions = {}): Promise<World> {
  const clock = virtualClock();
  const emulator = await startEmulator({ queues: [{ name: "orders" }], clock, ...options });
  const env = { CLOUDFLARE_API_TOKEN: emulator.token };
  const client = createClient({
    credentials: loadCredentials({ config: () => undefined, env }),
    baseUrl: new URL(emulator.baseUrl),
  });
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  const queue = { accountId: emulator.accountId, queueId: emulator.queueId("orders") };
  const outcomes: BatchOutcome[] = [];
  const throttle = createThrottle({ clock, assume: "nothing" });
  const onOutcome = (outcome: BatchOutcome) => {
    outcomes.push(outcome);
  };
  return {
    emulator,
    queue,
    client,
    outcomes,
    run: (rest) =>
      runPush({ target: queue, inDoubt: "resend", client, clock, throttle, random: () => 0.5, onOutcome, ...rest }),
    bodies: () =>
      emulator
        .messages("orders")
        .map(({ body }) => Number(body))
        .sort((a, b) => a - b),
  };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("against the emulator", () => {
  test("a thousand messages go in ten requests", async () => {
    const { run, emulator } = await world();
    const report = await run({ batches: batches(...Array<number>(10).fill(100)) });
    expect(report).toMatchObject({
      requests: 10,
      messages: { pushed: 1_000 },
      metrics: { backlog_count: expect.any(Number) },
    });
    expect(emulator.messages("orders")).toHaveLength(1_000);
  });

  test("more requests than the limit allows are sent without a refusal", async () => {
    const { run, emulator, bodies } = await world();
    const report = await run({ batches: batches(...Array<number>(2_500).fill(1)) });
    expect(report).toMatchObject({ requests: 2_500, retries: 0, messages: { pushed: 2_500 } });
    expect(bodies()).toEqual(upTo(2_500));
    expect(new Set(emulator.requests.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test("a run waits for the end of a block that others caused", async () => {
    const { run, emulator, client, queue, bodies } = await world({ rateLimit: { requests: 50 } });
    for (let i = 0; i < 51; i++) await client.metrics(queue);
    expect(emulator.requests.at(-1)?.status).toBe(429);
    const report = await run({ batches: batches(1, 1, 1) });
    expect(report.messages).toMatchObject({ pushed: 3 });
    expect(bodies()).toEqual([0, 1, 2]);
    expect(report.waitedMs).toBeGreaterThanOrEqual(300_000);
  });

  const passing: [string, FaultEffect][] = [
    ["10250", { kind: "error", code: 10250 }],
    ["971 under 200", { kind: "error", code: 971, status: 200 }],
    ["10429", { kind: "error", code: 10429, retryAfterSeconds: 2 }],
    ["429 with null", { kind: "status", status: 429, body: "null", retryAfterSeconds: 1 }],
  ];
  test.each(passing)("messages that the API refuses temporarily are sent later: %s", async (_, effect) => {
    const { run, emulator, bodies } = await world();
    emulator.faults.add({ effect, every: 3, times: 4 });
    const report = await run({ batches: batches(...Array<number>(12).fill(5)), inDoubt: "stop" });
    expect(report).toMatchObject({ retries: 4, messages: { pushed: 60, possibleDuplicates: 0 }, failure: undefined });
    expect(bodies()).toEqual(upTo(60));
  });

  const lost: [string, FaultEffect, boolean][] = [
    ["lost before acceptance", { kind: "lost", when: "before" }, false],
    ["lost after acceptance", { kind: "lost", when: "after" }, true],
    ["truncated", { kind: "truncate" }, true],
    ["garbage", { kind: "garbage" }, true],
    ["15000 before acceptance", { kind: "error", code: 15000 }, false],
    ["15000 after acceptance", { kind: "error", code: 15000, when: "after" }, true],
    ["10201", { kind: "error", code: 10201 }, false],
    ["a gateway's page", { kind: "status", status: 502, when: "after" }, true],
  ];
  describe.each(lost)("an answer without information: %s", (_, effect, twice) => {
    test("has the messages sent again with resend, and possible duplicates are named", async () => {
      const { run, emulator, bodies, outcomes } = await world();
      emulator.faults.add({ effect, skip: 1, times: 1 });
      const report = await run({ batches: batches(2, 2, 2) });
      expect(report.messages).toEqual({ pushed: 6, inDoubt: 0, notSent: 0, possibleDuplicates: 2 });
      const named = outcomes.flatMap((outcome) =>
        outcome.state === "pushed" && outcome.possibleDuplicate ? outcome.batch : [],
      );
      const extra = twice ? named.map(({ index }) => index) : [];
      expect(bodies()).toEqual([...upTo(6), ...extra].sort((a, b) => a - b));
    });

    test("leaves the messages in doubt with stop", async () => {
      const { run, emulator, bodies, outcomes } = await world();
      emulator.faults.add({ effect, times: 1 });
      const report = await run({ batches: batches(...Array<number>(50).fill(2)), inDoubt: "stop" });
      expect(report).toMatchObject({ messages: { inDoubt: 2 }, failure: { retry: "unknown_outcome" }, retries: 0 });
      const arrived = outcomes.flatMap((outcome) =>
        outcome.state === "pushed" || (twice && outcome.state === "inDoubt")
          ? outcome.batch.map(({ index }) => index)
          : [],
      );
      expect(bodies()).toEqual(arrived.sort((a, b) => a - b));
    });
  });

  test.each([10251, 10252, 10253, 10000, 10106, 10104] as const)(
    "%i ends the run, and the next run resumes it",
    async (code) => {
      const { run, emulator, bodies, outcomes } = await world();
      emulator.faults.add({ effect: { kind: "error", code }, skip: 5, times: 1 });
      const all = batches(...Array<number>(60).fill(1));
      const report = await run({ batches: all, inDoubt: "stop" });
      expect(report.failure).toMatchObject({ code, remedy: expect.stringMatching(/\w/) });
      expect(report.messages.pushed).toBe(bodies().length);
      expect(report.requests).toBeLessThan(20);
      const pushed = new Set(
        outcomes.flatMap(({ state, batch }) => (state === "pushed" ? batch : [])).map(({ index }) => index),
      );
      await run({
        batches: all.filter(([encoded]) => encoded !== undefined && !pushed.has(encoded.index)),
        inDoubt: "stop",
      });
      expect(bodies()).toEqual(upTo(60));
    },
  );

  test("a batch that is too large for the API is sent in halves", async () => {
    const { run, emulator, bodies } = await world();
    emulator.faults.add({ effect: { kind: "error", code: 10205 }, times: 3 });
    expect(await run({ batches: batches(8) })).toMatchObject({ messages: { pushed: 8 }, requests: 7 });
    expect(bodies()).toEqual(upTo(8));
  });

  test("every message is accounted for if the API becomes unreachable", async () => {
    const { run, emulator } = await world();
    const report = await run({
      batches: batches(...Array<number>(50).fill(2)),
      inDoubt: "stop",
      onOutcome: () => emulator.close(),
    });
    const { pushed, inDoubt, notSent } = report.messages;
    expect(pushed).toBeGreaterThan(0);
    expect(inDoubt + notSent).toBeGreaterThan(0);
    expect(report.failure?.message).toMatch(/could not be reached|ended before the answer/);
  });

  test("a stop lets the request in flight finish; an abort leaves it in doubt", async () => {
    for (const [signal, state] of [
      ["stop", "pushed"],
      ["abort", "inDoubt"],
    ] as const) {
      const { run, emulator, outcomes, bodies } = await world();
      const control = new AbortController();
      const hold = emulator.hold({ route: "push" }, "after");
      const running = run({ batches: batches(1), [signal]: control.signal });
      await hold.arrived;
      control.abort();
      if (signal === "stop") hold.release();
      const report = await running;
      hold.release();
      expect(outcomes.map((outcome) => outcome.state)).toEqual([state]);
      expect(report).toMatchObject({ failure: undefined, stopped: signal === "abort", requests: 1 });
      expect(bodies()).toEqual([0]);
    }
  });

  test("a slow queue does not hold up another one", async () => {
    const { run, emulator, queue } = await world({ queues: [{ name: "orders" }, { name: "mails" }] });
    emulator.faults.add({ match: { queue: "orders" }, effect: { kind: "error", code: 10252 } });
    const mails = { ...queue, queueId: emulator.queueId("mails") };
    const [first, second] = await Promise.all([
      run({ batches: batches(1, 1) }),
      run({ batches: batches(...Array<number>(30).fill(1)), target: mails }),
    ]);
    expect(first).toMatchObject({ messages: { pushed: 0 }, failure: { code: 10252 } });
    expect(second).toMatchObject({ messages: { pushed: 30 }, failure: undefined });
  });
});
