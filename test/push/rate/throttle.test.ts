import { describe, expect, test } from "vitest";
import { noRateLimitHeaders, type RateLimitHeaders } from "../../../src/cloudflare/index.ts";
import { type Clock, createThrottle, type Throttle, workerLimits } from "../../../src/push/index.ts";
import { documentedLimits } from "../../../src/push/rate/documented-limits.ts";
import { initialInFlight, type Permit } from "../../../src/push/rate/throttle.ts";
import { type VirtualClock, virtualClock } from "../fakes.ts";

const answered = (rate: RateLimitHeaders = noRateLimitHeaders) => ({ kind: "ended", rate }) as const;
const to = (queueId: string, messages = 1) => ({ queueId, messages });

/** Simulates the API: a window of requests, then a block; a limit per second. It counts the requests that it refuses. */
function api(clock: VirtualClock, { quota = 1_200, windowMs = 300_000, perSecond = 200, others = 0 } = {}) {
  let endsAt = 0;
  let used = 0;
  let second = { at: 0, used: 0 };
  const tally = { refused: 0, served: 0, lastAt: 0, mostInWindow: 0 };
  return {
    tally,
    take(): RateLimitHeaders {
      const now = clock.now();
      if (now >= endsAt) {
        endsAt = now + windowMs;
        used = others;
      }
      if (now >= second.at + 1_000) second = { at: now, used: 0 };
      second.used += 1;
      used += 1;
      tally.mostInWindow = Math.max(tally.mostInWindow, used);
      if (used > quota || second.used > perSecond) tally.refused += 1;
      else tally.served += 1;
      tally.lastAt = now;
      const resetMs = Math.ceil((endsAt - now) / 1_000) * 1_000;
      return { ...noRateLimitHeaders, remaining: Math.max(0, quota - used), resetMs, quota, windowMs };
    },
  };
}

async function pushAll(
  throttle: Throttle,
  clock: VirtualClock,
  requests: number,
  answer: () => RateLimitHeaders,
  latency: () => number,
) {
  const all: Promise<void>[] = [];
  for (let i = 0; i < requests; i++) {
    const permit = await throttle.acquire(to("orders"));
    const one = async () => {
      const latencyMs = latency();
      await clock.sleep(latencyMs / 2);
      const rate = answer();
      await clock.sleep(latencyMs / 2);
      permit.done({ kind: "ended", rate });
    };
    all.push(one());
  }
  await Promise.all(all);
}

/** Returns a generator of the same numbers in every run. */
function jitter(from: number, to: number): () => number {
  let state = 7;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return from + (state / 2_147_483_647) * (to - from);
  };
}

test("a clock that is set back an hour delays no request", async () => {
  const clock = virtualClock();
  let set = 0;
  const throttle = createThrottle({ clock: { ...clock, now: () => clock.now() + set }, assume: "documented" });
  for (let i = 0; i < 3; i++) (await throttle.acquire(to("orders", 100))).done(answered());
  set = -3_600_000;
  for (let i = 0; i < 20; i++) (await throttle.acquire(to("orders", 100))).done(answered());
  expect(Math.max(...clock.slept)).toBeLessThan(1_000);
});

describe("under the limits of the API", () => {
  test.each([
    ["documented", 1_000],
    ["nothing", 1_000],
    ["documented", 4_000],
    ["nothing", 4_000],
  ] as const)(
    "assuming %s, %i requests are sent without a refusal, as fast as nine tenths of the quota allow",
    async (assume, requests) => {
      const clock = virtualClock();
      const server = api(clock);
      const begin = clock.now();
      await pushAll(createThrottle({ clock, assume }), clock, requests, server.take, jitter(20, 120));
      expect(server.tally).toMatchObject({ refused: 0, served: requests });
      expect(server.tally.mostInWindow).toBeLessThanOrEqual(1_080);
      const windows = Math.floor((requests - 1) / 1_080);
      const rest = requests - windows * 1_080;
      const best = windows * 300_000 + (rest / 200) * 1_000;
      expect((server.tally.lastAt - begin) / best).toBeLessThan(windows === 0 ? 1.15 : 1.03);
    },
  );

  test("the quota that others use is left to them", async () => {
    const clock = virtualClock();
    const server = api(clock, { others: 900 });
    const begin = clock.now();
    await pushAll(createThrottle({ clock, assume: "nothing" }), clock, 400, server.take, jitter(20, 60));
    expect(server.tally).toMatchObject({ refused: 0, served: 400 });
    expect(server.tally.lastAt - begin).toBeGreaterThan(600_000);
  });

  test("a queue gets no more messages a second than it takes", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "documented" });
    const begin = clock.now();
    const times: number[] = [];
    for (let i = 0; i < 100; i++) {
      (await throttle.acquire(to("orders", 100))).done(answered());
      times.push(clock.now() - begin);
    }
    const busiest = Math.max(...times.map((at) => times.filter((time) => time >= at && time < at + 1_000).length));
    expect(busiest).toBeLessThanOrEqual(50);
    expect(times.at(-1)).toBeLessThan(2_100);
  });

  test("a late timer makes nothing slower, and nothing too fast", async () => {
    const clock = virtualClock();
    const late = jitter(0, 3);
    const tardy: Clock = {
      now: clock.now,
      elapsed: () => Math.floor(clock.elapsed()),
      sleep: (ms, signal) => clock.sleep(ms + late(), signal),
    };
    const throttle = createThrottle({ clock: tardy, assume: "documented" });
    const begin = clock.now();
    const times: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      (await throttle.acquire(to("orders", 100))).done(answered());
      times.push(clock.now() - begin);
    }
    const busiest = Math.max(...times.map((at) => times.filter((time) => time >= at && time < at + 1_000).length));
    expect(busiest).toBeLessThanOrEqual(50);
    // 100,000 messages at 5,000 per second, plus 3 %.
    expect(times.at(-1)).toBeLessThan(20_600);
  });
});

describe("without limits", () => {
  test("no request waits for the clock", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing" });
    for (let i = 0; i < 3_000; i++) (await throttle.acquire(to("orders", 100))).done(answered());
    expect(clock.slept).toEqual([]);
  });

  test("requests in flight are bounded, and waiting ones start in order", async () => {
    const throttle = createThrottle({ clock: virtualClock(), assume: "nothing" });
    for (let answers = 0; answers < documentedLimits.maxInFlight; answers++)
      (await throttle.acquire(to("orders"))).done(answered());
    const permits = await Promise.all(
      Array.from({ length: documentedLimits.maxInFlight }, () => throttle.acquire(to("orders"))),
    );
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (number) => {
      const permit = await throttle.acquire(to("orders"));
      order.push(number);
      return permit;
    });
    expect(throttle.state).toEqual({ inFlight: documentedLimits.maxInFlight, waiting: 3 });
    for (const permit of permits) permit.done({ kind: "unused" });
    for (const permit of await Promise.all(waiting)) permit.done({ kind: "unused" });
    expect(order).toEqual([1, 2, 3]);
    expect(throttle.state).toEqual({ inFlight: 0, waiting: 0 });
  });

  test("a run begins with a few requests, and each answer adds one", async () => {
    const throttle = createThrottle({ clock: virtualClock(), assume: "nothing" });
    const granted: Permit[] = [];
    const ask = () => throttle.acquire(to("orders")).then((permit) => granted.push(permit));
    const asked = Array.from({ length: 8 }, ask);
    await Promise.all(asked.slice(0, initialInFlight));
    expect(throttle.state).toEqual({ inFlight: 4, waiting: 4 });
    granted[0]?.done(answered());
    expect(throttle.state).toEqual({ inFlight: 5, waiting: 2 });
    // Lost without a response: one request ends, another one starts.
    granted[1]?.done({ kind: "ended", rate: undefined });
    expect(throttle.state).toEqual({ inFlight: 5, waiting: 1 });
  });

  test("a permit that is given back twice counts once", async () => {
    const throttle = createThrottle({ clock: virtualClock(), assume: "nothing" });
    const first = await throttle.acquire(to("orders"));
    await throttle.acquire(to("orders"));
    first.done({ kind: "unused" });
    first.done({ kind: "unused" });
    expect(throttle.state.inFlight).toBe(1);
  });
});

describe("when the API is overloaded", () => {
  test("requests to an overloaded queue wait, and the others do not", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing" });
    const begin = clock.now();
    (await throttle.acquire(to("orders"))).done({ kind: "overloaded", rate: noRateLimitHeaders, waitMs: 5_000 });
    const order: string[] = [];
    const go = async (queueId: string) => {
      const permit = await throttle.acquire(to(queueId));
      order.push(`${queueId} after ${clock.now() - begin}`);
      permit.done(answered());
    };
    await Promise.all([go("orders"), go("mails"), go("orders"), go("mails")]);
    expect(order).toEqual(["mails after 0", "mails after 0", "orders after 5000", "orders after 5000"]);
  });

  test("the account's limit makes all requests wait", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing" });
    const begin = clock.now();
    (await throttle.acquire(to("orders"))).done({ kind: "limited", rate: noRateLimitHeaders, waitMs: 300_000 });
    await throttle.acquire(to("mails"));
    expect(clock.now() - begin).toBe(300_000);
  });
});

describe("a waiter that gives up", () => {
  test("is released, and delays no request after it", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing" });
    const reason = new Error("enough");
    const given = new AbortController();
    (await throttle.acquire(to("orders"))).done({ kind: "overloaded", rate: noRateLimitHeaders, waitMs: 5_000 });
    const first = throttle.acquire(to("orders"), given.signal);
    const second = throttle.acquire(to("orders"));
    given.abort(reason);
    await expect(first).rejects.toBe(reason);
    (await second).done(answered());
    await expect(throttle.acquire(to("orders"), given.signal)).rejects.toBe(reason);
    expect(throttle.state).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  test("leaves no timer behind that keeps the process alive", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing" });
    const given = new AbortController();
    (await throttle.acquire(to("orders"))).done({ kind: "limited", rate: noRateLimitHeaders, waitMs: 300_000 });
    const waiting = throttle.acquire(to("orders"), given.signal);
    given.abort();
    await expect(waiting).rejects.toThrow();
    expect(clock.sleeping()).toBe(0);
    // The next request gets a timer of its own.
    const begin = clock.now();
    await throttle.acquire(to("orders"));
    expect(clock.now() - begin).toBe(300_000);
  });

  test("leaves no timer behind, either, if an unused permit lets the last one go early", async () => {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing" });
    const rate = { ...noRateLimitHeaders, remaining: 121, resetMs: 300_000, quota: 1_200, windowMs: 300_000 };
    (await throttle.acquire(to("orders"))).done(answered(rate));
    const first = await throttle.acquire(to("orders"));
    const second = throttle.acquire(to("mails"));
    expect(throttle.state.waiting).toBe(1);
    const begin = clock.now();
    first.done({ kind: "unused" });
    await second;
    expect(clock.now()).toBe(begin);
    expect(clock.sleeping()).toBe(0);
  });
});

describe("the pace of a Worker", () => {
  /** Sends full batches one after the other. @returns the seconds that it took */
  async function secondsFor(requests: number, queues: readonly string[], assume: "documented" | "nothing") {
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume, limits: workerLimits });
    const all = queues.map(async (queue) => {
      for (let i = 0; i < requests; i++) (await throttle.acquire(to(queue, 100))).done(answered());
    });
    await Promise.all(all);
    return clock.elapsed() / 1_000;
  }

  test("is 4,900 messages a second for each queue, independent of the account's quota", async () => {
    const alone = await secondsFor(4_900, ["orders"], "documented");
    expect(alone).toBeGreaterThan(99);
    expect(alone).toBeLessThan(101);
    const both = await secondsFor(4_900, ["orders", "emails"], "documented");
    expect(both).toBeLessThan(101);
  });

  test("is unlimited on this machine, until a queue is overloaded", async () => {
    expect(await secondsFor(4_900, ["orders"], "nothing")).toBe(0);
    const clock = virtualClock();
    const throttle = createThrottle({ clock, assume: "nothing", limits: workerLimits });
    const first = await throttle.acquire(to("orders", 100));
    first.done({ kind: "overloaded", rate: noRateLimitHeaders, waitMs: 500 });
    for (let i = 0; i < 490; i++) (await throttle.acquire(to("orders", 100))).done(answered());
    expect(clock.elapsed()).toBeGreaterThan(10_000);
  });
});
