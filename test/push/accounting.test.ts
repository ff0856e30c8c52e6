import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PushResult } from "../../src/cloudflare/index.ts";
import { type BatchOutcome, createThrottle, runPush } from "../../src/push/index.ts";
import type { Batch } from "../../src/types.ts";
import { accepted, batches, fakeClient, indices, lost, queue, refused, unsent, virtualClock } from "./fakes.ts";

/** Fates of a request: its response, and whether the queue has its messages afterwards. */
const fates = {
  accepted: { answer: accepted, taken: true },
  lostBefore: { answer: lost, taken: false },
  lostAfter: { answer: lost, taken: true },
  unsent: { answer: unsent, taken: false },
  overloaded: { answer: refused("after_wait", 10250), taken: false },
  limited: { answer: refused("after_wait", 971, { retryAfterMs: 60_000 }), taken: false },
  tooLarge: { answer: refused("split", 10205), taken: false },
  refused: { answer: refused("no", 10104), taken: false },
  full: { answer: refused("stop_queue", 10251), taken: false },
} as const satisfies Record<string, { answer: PushResult; taken: boolean }>;

type Fate = keyof typeof fates;

const schedule = fc.record({
  sizes: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 30 }),
  inDoubt: fc.constantFrom("resend" as const, "stop" as const),
  fates: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Fate>("accepted") },
      {
        weight: 4,
        arbitrary: fc.constantFrom<Fate>("lostBefore", "lostAfter", "unsent", "overloaded", "limited", "tooLarge"),
      },
      { weight: 1, arbitrary: fc.constantFrom<Fate>("refused", "full") },
    ),
    { maxLength: 60 },
  ),
  latencies: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 7 }),
  // The number of the request, or of the call, at which the run deviates.
  stopAt: fc.option(fc.nat(60)),
  beforeThrowsAt: fc.option(fc.nat(80)),
  outcomeThrowsAt: fc.option(fc.nat(40)),
  clientThrowsAt: fc.option(fc.nat(60)),
  sourceThrowsAt: fc.option(fc.nat(40)),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never;

async function play(plan: Schedule) {
  const clock = virtualClock();
  const throttle = createThrottle({ clock, assume: "nothing" });
  const stop = new AbortController();
  const outcomes: BatchOutcome[] = [];
  const taken: number[] = [];
  const inQueue: number[] = [];
  const doubted = new Set<number>();
  const resent: number[] = [];
  let calls = 0;

  const client = fakeClient(
    (batch, request) => {
      if (request === plan.stopAt) stop.abort();
      for (const index of indices(batch)) if (doubted.has(index)) resent.push(index);
      if (request === plan.clientThrowsAt) {
        for (const index of indices(batch)) doubted.add(index);
        throw new Error("client");
      }
      const { answer, taken: into } = fates[plan.fates[request] ?? "accepted"];
      if (into) inQueue.push(...indices(batch));
      if (answer.kind === "unknown") for (const index of indices(batch)) doubted.add(index);
      return answer;
    },
    () => clock.sleep(plan.latencies[client.sent.length % plan.latencies.length] ?? 0),
  );

  function* source(): Generator<Batch> {
    for (const [number, batch] of batches(...plan.sizes).entries()) {
      if (number === plan.sourceThrowsAt) throw new Error("source");
      taken.push(...indices(batch));
      yield batch;
    }
  }

  const report = await runPush({
    target: queue,
    batches: source(),
    inDoubt: plan.inDoubt,
    client,
    clock,
    throttle,
    random: () => 0.5,
    stop: stop.signal,
    before: async () => {
      calls += 1;
      if (calls === plan.beforeThrowsAt) throw new Error("before");
    },
    onOutcome: (outcome) => {
      if (outcomes.push(outcome) === plan.outcomeThrowsAt) throw new Error("outcome");
    },
  });
  const copies = (index: number) => inQueue.filter((other) => other === index).length;
  return {
    report,
    outcomes,
    taken,
    copies,
    resent,
    client,
    left: { sleeping: clock.sleeping(), inFlight: throttle.state.inFlight, waiting: throttle.state.waiting },
    total: plan.sizes.reduce((a, b) => a + b, 0),
  };
}

describe("whatever the API answers, and whichever side fails", () => {
  test("every message that was taken from the source has one outcome, and the outcome is true", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const { report, outcomes, taken, copies, client } = await play(plan);
        expect(outcomes.flatMap(({ batch }) => indices(batch)).sort((a, b) => a - b)).toEqual(taken);
        for (const outcome of outcomes) {
          for (const index of indices(outcome.batch)) {
            const count = copies(index);
            if (outcome.state === "notSent") expect(count).toBe(0);
            if (outcome.state === "pushed" && !outcome.possibleDuplicate) expect(count).toBe(1);
            if (outcome.state === "pushed" && outcome.possibleDuplicate) expect(count).toBeGreaterThanOrEqual(1);
          }
        }
        const count = (state: BatchOutcome["state"]) =>
          outcomes.filter((outcome) => outcome.state === state).reduce((sum, { batch }) => sum + batch.length, 0);
        expect(report.messages).toMatchObject({
          pushed: count("pushed"),
          inDoubt: count("inDoubt"),
          notSent: count("notSent"),
        });
        expect(report.unpushed).toEqual(outcomes.filter(({ state }) => state !== "pushed"));
        expect(report.requests).toBe(client.sent.length);
      }),
      { numRuns: 300 },
    );
  });

  test("a run reports what ended it, or has pushed everything", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const { report, total } = await play(plan);
        const all = report.messages.pushed === total && report.unpushed.length === 0;
        if (report.failure === undefined && !report.stopped) expect(all).toBe(true);
        if (!all) expect(report.failure !== undefined || report.stopped).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("with in_doubt: stop nothing is in the queue twice, and nothing in doubt is sent again", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const { taken, copies, resent } = await play({ ...plan, inDoubt: "stop" });
        for (const index of taken) expect(copies(index)).toBeLessThanOrEqual(1);
        expect(resent).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("the batches' first requests are made in order", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const { client } = await play(plan);
        const seen = new Set<number>();
        const firsts = client.sent.flatMap((request) => request.filter((index) => !seen.has(index) && seen.add(index)));
        expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  test("nothing is left sleeping, waiting or holding a permit", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        expect((await play(plan)).left).toEqual({ sleeping: 0, inFlight: 0, waiting: 0 });
      }),
      { numRuns: 100 },
    );
  });
});
