import { describe, expect, test } from "vitest";
import { noRateLimitHeaders, type PushResult } from "../../src/cloudflare/index.ts";
import { createThrottle, runPush, Waits } from "../../src/push/index.ts";
import { accepted, batches, fakeClient, lost, queue, refused, unsent, virtualClock } from "./fakes.ts";

const hour = 3_600_000;
const never = 999_999_999_000;

/** Runs batches of one message, with a limit on waits. */
async function run(
  answer: (request: number) => PushResult,
  {
    count = 1,
    maxWaitMs = hour,
    inDoubt = "resend" as const,
    pace: throttle = undefined as ReturnType<typeof createThrottle> | undefined,
  } = {},
) {
  const clock = virtualClock();
  const client = fakeClient((_, request) => answer(request));
  const report = await runPush({
    target: queue,
    batches: batches(...Array(count).fill(1)),
    inDoubt,
    client,
    throttle: throttle ?? createThrottle({ clock, assume: "nothing", maxWaitMs }),
    clock,
    random: () => 0.5,
    maxWaitMs,
  });
  return { report, clock, requests: client.sent.length };
}

describe("a wait that is longer than the maximum", () => {
  test.each([
    ["the account's limit", refused("after_wait", 971, { retryAfterMs: never }), "notSent"],
    ["the queue's limit", refused("after_wait", 10250, { retryAfterMs: never }), "notSent"],
    ["another refusal", refused("after_wait", undefined, { retryAfterMs: never }), "notSent"],
    ["a lost answer", { ...lost, rate: { ...noRateLimitHeaders, retryAfterMs: never } } as PushResult, "inDoubt"],
  ] as const)("ends the run at once, and accounts for its message: %s", async (_, answer, state) => {
    const { report, clock, requests } = await run(() => answer);
    expect(requests).toBe(1);
    expect(clock.slept).toEqual([]);
    expect(report.messages[state]).toBe(1);
    expect(report.failure).toMatchObject({
      message: expect.stringMatching(/, and the next attempt would be in 31 years: a run waits for at most 60 min$/),
      remedy: expect.stringContaining("queue-seeder:maxWait"),
    });
  });

  test("keeps the code of the answer, and records what was pushed before", async () => {
    const { report } = await run(
      (request) => (request < 2 ? accepted : refused("after_wait", 971, { retryAfterMs: never })),
      { count: 5 },
    );
    expect(report.messages).toMatchObject({ pushed: 2, notSent: expect.any(Number), inDoubt: 0 });
    expect(report.failure?.code).toBe(971);
  });

  test("is the sum of what a batch has waited: a limit that is repeated each time has an end", async () => {
    const { report, clock, requests } = await run(() => refused("after_wait", 971, { retryAfterMs: 1_500_000 }));
    expect(requests).toBe(3);
    expect(clock.elapsed()).toBeLessThanOrEqual(hour);
    expect(report.failure?.message).toMatch(/a run waits for at most 60 min/);
  });

  test("may be a window of the API that ends in 31 years", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing", maxWaitMs: hour });
    const rate = { ...noRateLimitHeaders, remaining: 0, quota: 10, windowMs: 1_000, resetMs: never };
    const { report, requests } = await run(() => ({ ...accepted, rate }) as PushResult, { count: 9, pace: throttle });
    expect(report.messages.pushed).toBe(requests);
    expect(requests).toBeLessThan(9);
    expect(report.failure?.message).toMatch(
      /the API's requests in this window .* in 31 years: a run waits for at most 60 min/,
    );
    await expect(throttle.acquire({ queueId: "any", messages: 1 })).rejects.toThrow("31 years");
  });

  test("is neither one that fits, nor any without a maximum", async () => {
    const limited = refused("after_wait", 971, { retryAfterMs: 300_000 });
    const { report } = await run((request) => (request < 3 ? limited : accepted));
    expect(report.messages.pushed).toBe(1);
    const patient = await run(
      (request) => (request === 0 ? refused("after_wait", 971, { retryAfterMs: 86_400_000 }) : accepted),
      {
        maxWaitMs: Number.POSITIVE_INFINITY,
      },
    );
    expect(patient.report.messages.pushed).toBe(1);
  });
});

test("the reason for a wait is known while it lasts, and dropped afterwards", async () => {
  const clock = virtualClock();
  const waits = new Waits();
  const seen: (string | undefined)[] = [];
  const answers = [unsent, lost, accepted];
  const client = fakeClient(
    (_, request) => answers[request] ?? accepted,
    async () => {
      seen.push(waits.next?.reason);
    },
  );
  const sleep = (ms: number, signal?: AbortSignal) => {
    seen.push(waits.next?.reason);
    return clock.sleep(ms, signal);
  };
  await runPush({
    target: queue,
    batches: batches(1),
    inDoubt: "resend",
    client,
    throttle: createThrottle({ clock, assume: "nothing" }),
    clock: { ...clock, sleep },
    waits,
  });
  const asked = "the API has not answered yet";
  expect(seen).toEqual([
    asked,
    unsent.kind === "unsent" && unsent.failure.message,
    asked,
    lost.kind === "unknown" && lost.failure.message,
    asked,
  ]);
  expect(waits.next).toBeUndefined();
});

test("the throttle reports what a queue's requests wait for", async () => {
  const clock = virtualClock();
  const throttle = createThrottle({ clock, assume: "nothing" });
  expect(throttle.findWait("a")).toBeUndefined();
  (await throttle.acquire({ queueId: "a", messages: 1 })).done({
    kind: "overloaded",
    rate: noRateLimitHeaders,
    waitMs: 5_000,
  });
  expect(throttle.findWait("a")).toEqual({ reason: "the queue is overloaded", until: 5_000 });
  expect(throttle.findWait("b")).toBeUndefined();
  (await throttle.acquire({ queueId: "b", messages: 1 })).done({
    kind: "limited",
    rate: noRateLimitHeaders,
    waitMs: 9_000,
  });
  for (const id of ["a", "b"]) {
    expect(throttle.findWait(id)).toEqual({ reason: "the account's API rate limit is reached", until: 9_000 });
  }
});
