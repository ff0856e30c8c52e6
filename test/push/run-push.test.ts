import { describe, expect, test } from "vitest";
import { type BatchOutcome, createStoppedQueues, createThrottle, type PushRun, runPush } from "../../src/push/index.ts";
import {
  accepted,
  batches,
  failure,
  fakeClient,
  indices,
  lost,
  queue,
  refused,
  unsent,
  virtualClock,
} from "./fakes.ts";

function setUp(answer: Parameters<typeof fakeClient>[0], rest: Partial<PushRun> = {}) {
  const clock = virtualClock();
  const client = fakeClient(answer);
  const outcomes: BatchOutcome[] = [];
  const run: PushRun = {
    target: queue,
    batches: batches(2, 1, 3),
    inDoubt: "resend",
    client,
    clock,
    throttle: createThrottle({ clock, assume: "nothing" }),
    random: () => 1,
    onOutcome: (outcome) => {
      outcomes.push(outcome);
    },
    ...rest,
  };
  const logged = () => outcomes.map(({ state, batch }) => [state, ...indices(batch)]);
  return { run, clock, client, outcomes, told: logged };
}

const nothing = { pushed: 0, inDoubt: 0, notSent: 0, possibleDuplicates: 0 };

describe("runPush", () => {
  test("pushes every batch once, in order", async () => {
    const { run, client, told: logged } = setUp(() => accepted);
    const report = await runPush(run);
    expect(client.sent).toEqual([[0, 1], [2], [3, 4, 5]]);
    expect(logged()).toEqual([
      ["pushed", 0, 1],
      ["pushed", 2],
      ["pushed", 3, 4, 5],
    ]);
    expect(report).toEqual({
      messages: { ...nothing, pushed: 6 },
      unpushed: [],
      failure: undefined,
      exception: undefined,
      stopped: false,
      metrics: undefined,
      metricsAt: undefined,
      requests: 3,
      retries: 0,
      waitedMs: 0,
    });
  });

  test("does nothing without batches", async () => {
    const { run, client } = setUp(() => accepted, { batches: [[], []] });
    expect(await runPush(run)).toMatchObject({ messages: nothing, stopped: false, requests: 0 });
    expect(client.sent).toEqual([]);
  });

  test("returns the metrics of the last answer that had any, and when it arrived", async () => {
    const metrics = { backlog_count: 3, backlog_bytes: 9, oldest_message_timestamp_ms: 0 };
    const { run } = setUp((_, request) => (request === 1 ? { ...accepted, metrics } : accepted));
    expect(await runPush(run)).toMatchObject({ metrics, metricsAt: expect.any(Number) });
  });

  test("takes no more from a long source than it can have in flight", async () => {
    let taken = 0;
    let most = 0;
    let settled = 0;
    const { run } = setUp(() => accepted, {
      batches: (function* () {
        for (const batch of batches(...Array<number>(500).fill(1))) {
          taken += 1;
          most = Math.max(most, taken - settled);
          yield batch;
        }
      })(),
      onOutcome: () => {
        settled += 1;
      },
    });
    expect((await runPush(run)).messages.pushed).toBe(500);
    expect(most).toBeLessThanOrEqual(41);
  });
});

describe("retries", () => {
  test("waits a little longer than Retry-After asks", async () => {
    const { run, clock, client } = setUp(
      (_, request) => (request === 0 ? refused("after_wait", 971, { retryAfterMs: 7_000 }) : accepted),
      { batches: batches(1) },
    );
    const report = await runPush(run);
    expect(client.sent).toEqual([[0], [0]]);
    expect(clock.slept).toContain(7_500);
    expect(report).toMatchObject({ messages: { ...nothing, pushed: 1 }, requests: 2, retries: 1, waitedMs: 7_500 });
  });

  test("doubles its waits, up to a bound, and gives up", async () => {
    const { run, clock, client } = setUp(() => refused("after_wait", 10250), { batches: batches(1) });
    const report = await runPush(run);
    expect(client.sent).toHaveLength(15);
    expect([...new Set(clock.slept)].slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(Math.max(...clock.slept)).toBe(120_000);
    expect(report).toMatchObject({ messages: { ...nothing, notSent: 1 }, failure: { code: 10250 }, stopped: false });
  });

  test("tries a few times to reach an API that cannot be reached", async () => {
    const { run, client } = setUp(() => unsent, { batches: batches(1), inDoubt: "stop" });
    const report = await runPush(run);
    expect(client.sent).toHaveLength(6);
    expect(report.unpushed).toEqual([{ state: "notSent", batch: batches(1)[0], failure: failure("after_wait") }]);
  });

  test("counts each kind of failure separately", async () => {
    const answers = [
      ...Array<typeof lost>(5).fill(refused("after_wait", 10429)),
      ...Array<typeof lost>(5).fill(unsent),
    ];
    const { run, client, clock } = setUp((_, request) => [...answers, lost][request] ?? accepted, {
      batches: batches(1),
    });
    expect(await runPush(run)).toMatchObject({
      messages: { pushed: 1, possibleDuplicates: 1 },
      requests: 12,
      retries: 11,
    });
    expect(client.sent).toHaveLength(12);
    // The first wait of each kind is short again.
    expect(clock.slept.slice(-6)).toEqual([250, 500, 1_000, 2_000, 4_000, 500]);
  });

  test("gives up at the first kind that occurs too often", async () => {
    const answers = [lost, unsent, lost, refused("after_wait", 10250), lost, lost];
    const { run, client } = setUp((_, request) => answers[request] ?? lost, { batches: batches(1) });
    expect(await runPush(run)).toMatchObject({ messages: { inDoubt: 1 }, failure: failure("unknown_outcome") });
    expect(client.sent).toHaveLength(7);
  });

  test("does not retry what waiting cannot fix", async () => {
    const { run, client } = setUp(() => ({ kind: "unsent", failure: failure("no") }), { batches: batches(1) });
    expect((await runPush(run)).failure).toEqual(failure("no"));
    expect(client.sent).toHaveLength(1);
  });

  test("splits a batch that is refused for its size, and refuses the one message that is too large", async () => {
    const {
      run,
      client,
      told: logged,
    } = setUp((batch) => (indices(batch).includes(3) ? refused("split", 10204) : accepted), {
      batches: batches(4),
    });
    const report = await runPush(run);
    expect(client.sent).toEqual([[0, 1, 2, 3], [0, 1], [2, 3], [2], [3]]);
    expect(logged()).toEqual([
      ["pushed", 0, 1],
      ["pushed", 2],
      ["notSent", 3],
    ]);
    expect(report).toMatchObject({ messages: { ...nothing, pushed: 3, notSent: 1 }, failure: { code: 10204 } });
  });
});

describe("a lost answer", () => {
  test("has its batch sent again with resend, which may have arrived twice", async () => {
    const { run, client, outcomes } = setUp((_, request) => (request === 0 ? lost : accepted), { batches: batches(2) });
    const report = await runPush(run);
    expect(client.sent).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(outcomes).toEqual([
      { state: "pushed", batch: batches(2)[0], metrics: undefined, attempts: 2, possibleDuplicate: true },
    ]);
    expect(report.messages).toEqual({ ...nothing, pushed: 2, possibleDuplicates: 2 });
  });

  test("leaves its batch in doubt after the last retry with resend", async () => {
    const { run, client } = setUp(() => lost, { batches: batches(1, 1) });
    const report = await runPush(run);
    expect(client.sent.filter(([index]) => index === 0)).toHaveLength(5);
    expect(report.messages.pushed + report.messages.notSent).toBe(0);
    expect(report).toMatchObject({ messages: { inDoubt: 2 }, failure: failure("unknown_outcome") });
    expect(report.unpushed[0]).toMatchObject({ state: "inDoubt", possibleDuplicate: true });
  });

  test("means that the batch may have arrived twice if the answer for one half is lost as well", async () => {
    const { run, outcomes } = setUp(
      (batch, request) => [lost, refused("split", 10205), lost][request] ?? refused("no", batch.length),
      { batches: batches(2) },
    );
    await runPush(run);
    expect(outcomes).toMatchObject([
      { state: "inDoubt", batch: [{ index: 0 }], possibleDuplicate: true },
      { state: "inDoubt", batch: [{ index: 1 }], possibleDuplicate: false },
    ]);
  });

  test("leaves its batch in doubt at once with stop, and nothing is sent after it", async () => {
    const { run, client } = setUp((_, request) => (request === 0 ? lost : accepted), {
      inDoubt: "stop",
      batches: batches(...Array<number>(100).fill(1)),
    });
    const report = await runPush(run);
    expect(client.sent.filter(([index]) => index === 0)).toHaveLength(1);
    expect(client.sent.length).toBeLessThan(20);
    expect(report.messages.inDoubt).toBe(1);
    expect(report.unpushed[0]).toEqual({
      state: "inDoubt",
      batch: batches(1)[0],
      failure: failure("unknown_outcome"),
      possibleDuplicate: false,
    });
  });

  test("leaves its batch in doubt if a later request for it is refused", async () => {
    const { run, outcomes } = setUp((_, request) => (request === 0 ? lost : refused("no", 10000)), {
      batches: batches(1),
    });
    const report = await runPush(run);
    expect(outcomes).toEqual([
      { state: "inDoubt", batch: batches(1)[0], failure: failure("unknown_outcome"), possibleDuplicate: false },
    ]);
    expect(report.failure).toEqual(failure("no", 10000));
  });

  test("leaves both halves in doubt if the batch is split afterwards", async () => {
    const { run, outcomes } = setUp(
      (batch, request) => (request === 0 ? lost : batch.length > 1 ? refused("split", 10205) : accepted),
      { batches: batches(2) },
    );
    await runPush(run);
    expect(outcomes).toMatchObject([
      { state: "pushed", possibleDuplicate: true },
      { state: "pushed", possibleDuplicate: true },
    ]);
  });
});

describe("the end of a run", () => {
  test("comes with the first refusal: nothing is started after it, what is in flight finishes", async () => {
    const second = Promise.withResolvers<void>();
    const {
      run,
      client,
      told: logged,
    } = setUp(
      async (_, request) => {
        if (request === 0) return refused("no", 10104);
        await second.promise;
        return accepted;
      },
      {
        batches: batches(1, 1, ...Array<number>(200).fill(1)),
        onOutcome: ({ state, batch }) => {
          outcomes.push([state, ...indices(batch)]);
          if (state === "notSent") second.resolve();
        },
      },
    );
    const outcomes: unknown[] = [];
    const report = await runPush(run);
    expect(logged()).toEqual([]);
    expect(outcomes).toContainEqual(["notSent", 0]);
    expect(outcomes).toContainEqual(["pushed", 1]);
    expect(client.sent.length).toBeLessThanOrEqual(4);
    expect(report).toMatchObject({ failure: { code: 10104 }, stopped: false });
    expect(report.messages.pushed).toBe(client.sent.length - 1);
  });

  test("takes nothing more from the source", async () => {
    let taken = 0;
    const { run } = setUp(() => refused("no", 10104), {
      batches: (function* () {
        for (const batch of batches(...Array<number>(1_000).fill(1))) {
          taken += 1;
          yield batch;
        }
      })(),
    });
    const report = await runPush(run);
    expect(taken).toBeLessThanOrEqual(41);
    expect(report.messages).toEqual({ ...nothing, notSent: taken });
  });

  test("spares the next run of the queue its requests, and no other queue's", async () => {
    const stoppedQueues = createStoppedQueues();
    const first = setUp(() => refused("stop_queue", 10252), { stoppedQueues });
    await runPush(first.run);
    const next = setUp(() => accepted, { stoppedQueues });
    expect(await runPush(next.run)).toMatchObject({ failure: { code: 10252 }, requests: 0, messages: { pushed: 0 } });
    const other = setUp(() => accepted, { stoppedQueues, target: { ...queue, queueId: "c" } });
    expect((await runPush(other.run)).messages.pushed).toBe(6);
  });

  test("does not come for other queues because of what is wrong with one message", async () => {
    const stoppedQueues = createStoppedQueues();
    await runPush(setUp(() => refused("no", 10203), { stoppedQueues }).run);
    expect((await runPush(setUp(() => accepted, { stoppedQueues }).run)).messages.pushed).toBe(6);
  });

  test("comes with stop: the request in flight finishes, none starts", async () => {
    const stop = new AbortController();
    const { run, client } = setUp(
      () => {
        stop.abort();
        return accepted;
      },
      { stop: stop.signal, batches: batches(...Array<number>(100).fill(1)) },
    );
    const report = await runPush(run);
    expect(report).toMatchObject({ failure: undefined, stopped: true });
    expect(report.messages.pushed).toBe(client.sent.length);
    expect(client.sent.length).toBeLessThanOrEqual(4);
    expect(report.unpushed.every(({ state }) => state === "notSent")).toBe(true);
  });

  test("comes at once when it was stopped before it began", async () => {
    const { run, client } = setUp(() => accepted, { stop: AbortSignal.abort() });
    expect(await runPush(run)).toMatchObject({ stopped: true, messages: { pushed: 0 } });
    expect(client.sent).toEqual([]);
  });

  test("does not count as a stop when the signal comes after the last outcome", async () => {
    const stop = new AbortController();
    const { run } = setUp(() => accepted, { stop: stop.signal, batches: batches(1), onOutcome: () => stop.abort() });
    expect(await runPush(run)).toMatchObject({ stopped: false, messages: { pushed: 1 } });
  });

  test("cuts a wait for a retry short, and keeps the doubt", async () => {
    const stop = new AbortController();
    const { run, client } = setUp(() => lost, { batches: batches(1), stop: stop.signal });
    const sleep = run.clock.sleep;
    const clock = {
      ...run.clock,
      sleep: (ms: number, signal?: AbortSignal) => {
        stop.abort();
        return sleep(ms, signal);
      },
    };
    const report = await runPush({ ...run, clock });
    expect(client.sent).toHaveLength(1);
    expect(report).toMatchObject({ stopped: true, messages: { inDoubt: 1 } });
  });
});

describe("an exception", () => {
  const broken = new Error("broken");

  test("of the source ends the run; what was taken is accounted for", async () => {
    const { run, told: logged } = setUp(() => accepted, {
      batches: (async function* () {
        yield* batches(1, 1);
        throw broken;
      })(),
    });
    const report = await runPush(run);
    expect(report).toMatchObject({ failure: { message: "broken" }, exception: broken, stopped: false });
    expect(logged()).toHaveLength(2);
  });

  test("of before ends the run, and its request is not made", async () => {
    const { run, client } = setUp(() => accepted, {
      before: async ([encoded]) => {
        if (encoded?.index === 2) throw broken;
      },
    });
    const report = await runPush(run);
    expect(client.sent.flat()).not.toContain(2);
    expect(report).toMatchObject({ exception: broken, failure: { message: "broken" } });
    expect(report.messages.pushed + report.messages.notSent).toBe(6);
  });

  test("of onRefusal ends the run, and nothing is sent again", async () => {
    for (const answer of [refused("after_wait", 10250), refused("split", 10205)]) {
      const { run, client } = setUp(() => answer, { batches: batches(2), onRefusal: () => Promise.reject(broken) });
      const report = await runPush(run);
      expect(client.sent).toHaveLength(1);
      expect(report).toMatchObject({ exception: broken, messages: { ...nothing, notSent: 2 } });
    }
  });

  test("of onOutcome ends the run, and the outcome stands", async () => {
    const { run, client } = setUp(() => accepted, {
      batches: batches(...Array<number>(100).fill(1)),
      onOutcome: () => Promise.reject(broken),
    });
    const report = await runPush(run);
    expect(report).toMatchObject({ exception: broken });
    expect(report.messages.pushed).toBe(client.sent.length);
    expect(client.sent.length).toBeLessThan(10);
  });

  test("of the client leaves the batch in doubt", async () => {
    const { run, client } = setUp(
      () => {
        throw broken;
      },
      { batches: batches(1) },
    );
    const report = await runPush(run);
    expect(client.sent).toHaveLength(1);
    expect(report).toMatchObject({ exception: broken, messages: { inDoubt: 1 } });
  });
});
