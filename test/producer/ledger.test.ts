import { beforeEach, describe, expect, it } from "vitest";
import { apiErrors } from "../../src/emulator/errors.ts";
import { type LocalSetup, type LocalWorker, type StorageFault, startLocalWorker } from "./support/local-worker.ts";
import { refusals } from "./support/refusals.ts";
import { keyOf, NoLedgerError, numberOf, pair, WorkerCaller } from "./support/requests.ts";

let arrived: number[];
let storage: StorageFault;
/** What the queue answers; undefined to accept. */
let answer: ((numbers: readonly number[]) => unknown) | undefined;
let worker: LocalWorker;
let caller: WorkerCaller;

beforeEach(async () => {
  arrived = [];
  storage = {};
  answer = undefined;
  const send: LocalSetup["queues"][string] = (messages) => {
    const numbers = messages.map(({ body }) => (body as { n: number }).n);
    if (answer !== undefined) return answer(numbers);
    arrived.push(...numbers);
    return undefined;
  };
  worker = await startLocalWorker({
    publicKey: pair.publicKey,
    queues: { QUEUE_orders: send, QUEUE_mails: send },
    storage,
  });
  caller = new WorkerCaller(new URL("http://127.0.0.1:8787"), (request) => worker.fetch(request));
});

/** Lets the queue take the messages and fail afterwards. */
function takeThenFail(message = "Network connection lost."): void {
  answer = (numbers) => {
    arrived.push(...numbers);
    throw new Error(message);
  };
}

const accept = () => {
  answer = undefined;
};

describe("the answer of a queue", () => {
  it.each(refusals)("%i is a refusal: nothing is noted, and the messages can be sent again", async (code) => {
    answer = () => {
      throw new Error(`Some cause (${code})`);
    };
    expect(await caller.push([1, 2])).toMatchObject({
      state: "refused",
      code,
      message: `Some cause (${code})`,
      repeated: 0,
      in_doubt: [],
      possible_duplicates: [],
      metrics: null,
    });
    expect((await caller.ask([1, 2])).statuses).toEqual(["unseen", "unseen"]);
    accept();
    expect(await caller.push([1, 2])).toMatchObject({ state: "accepted", repeated: 0, possible_duplicates: [] });
    expect(arrived).toEqual([1, 2]);
  });

  const others = Object.keys(apiErrors)
    .map(Number)
    .filter((code) => code > 9_999 && !refusals.some((each) => each === code));

  it.each([
    ...others.map((code) => [`Some cause (${code})`, code] as const),
    ["Some cause (10999)", 10_999] as const,
    ["Network connection lost.", null] as const,
    ["Queue sendBatch failed: Too Many Requests", null] as const,
    ["(10250) comes first", null] as const,
    ["", null] as const,
  ])("%j leaves the messages in doubt", async (message, code) => {
    takeThenFail(message);
    expect(await caller.push([1, 2])).toMatchObject({ state: "in_doubt", code, in_doubt: [keyOf(1), keyOf(2)] });
    expect((await caller.ask([1, 2, 3])).statuses).toEqual(["in_doubt", "in_doubt", "unseen"]);
  });

  it("something else than an error leaves the messages in doubt", async () => {
    answer = () => Promise.reject("a text (10250)");
    expect(await caller.push([1])).toMatchObject({ state: "in_doubt", code: null, message: "a text (10250)" });
  });

  it.each([
    ["nothing, as before April 2026", undefined, null],
    ["no metrics", { metadata: {} }, null],
    ["half of the metrics", { metadata: { metrics: { backlogCount: 1 } } }, null],
    ["metrics", { metadata: { metrics: { backlogCount: 3, backlogBytes: 4, oldestMessageTimestamp: 5 } } }, 5],
    [
      "metrics with a date",
      { metadata: { metrics: { backlogCount: 3, backlogBytes: 4, oldestMessageTimestamp: new Date(6) } } },
      6,
    ],
    ["metrics without a time", { metadata: { metrics: { backlogCount: 3, backlogBytes: 4 } } }, 0],
  ])("%s is an acceptance", async (_, value, oldest) => {
    answer = () => value;
    const metrics =
      oldest === null ? null : { backlog_count: 3, backlog_bytes: 4, oldest_message_timestamp_ms: oldest };
    expect(await caller.push([1])).toMatchObject({ state: "accepted", code: null, message: null, metrics });
  });
});

describe("a repeated request", () => {
  it("sends only the messages that the queue does not have, whatever batches they were in", async () => {
    await caller.push([1, 2, 3]);
    expect(await caller.push([3, 4, 1])).toMatchObject({ state: "accepted", repeated: 2 });
    expect(await caller.push([1, 2, 3, 4])).toMatchObject({ state: "accepted", repeated: 4, metrics: null });
    expect(arrived).toEqual([1, 2, 3, 4]);
  });

  it("waits for the first request, and does not send", async () => {
    const gate = Promise.withResolvers<void>();
    answer = async (numbers) => {
      await gate.promise;
      arrived.push(...numbers);
    };
    const first = caller.push([1, 2]);
    await until(async () => (await caller.ask([1])).statuses[0] === "under_way");
    const before = worker.calls();
    const second = caller.push([2, 3]);
    await until(() => worker.calls() > before);
    gate.resolve();
    expect(await first).toMatchObject({ state: "accepted", repeated: 0 });
    expect(await second).toMatchObject({ state: "accepted", repeated: 1 });
    expect(arrived).toEqual([1, 2, 3]);
  });

  it("for messages in doubt holds those back, and sends the others", async () => {
    takeThenFail();
    await caller.push([1, 2]);
    accept();
    expect(await caller.push([2, 3])).toMatchObject({
      state: "in_doubt",
      code: null,
      in_doubt: [keyOf(2)],
      repeated: 0,
    });
    expect(await caller.push([2])).toMatchObject({ state: "in_doubt", in_doubt: [keyOf(2)], metrics: null });
    expect(arrived).toEqual([1, 2, 3]);
  });

  it("for messages in doubt with `again` sends them, and notes permanently that they may have arrived twice", async () => {
    takeThenFail();
    await caller.push([1, 2]);
    accept();
    const once = await caller.push([1, 2, 3], { resend_in_doubt: true });
    expect(once).toMatchObject({
      state: "accepted",
      in_doubt: [],
      possible_duplicates: [keyOf(1), keyOf(2)],
      repeated: 0,
    });
    worker.reset();
    expect(await caller.push([1, 3])).toMatchObject({
      state: "accepted",
      possible_duplicates: [keyOf(1)],
      repeated: 2,
    });
    expect(await caller.push([1, 3], { resend_in_doubt: true })).toMatchObject({
      possible_duplicates: [keyOf(1)],
      repeated: 2,
    });
    expect(await caller.ask([1, 2, 3])).toMatchObject({ possible_duplicates: [keyOf(1), keyOf(2)] });
    expect(arrived).toEqual([1, 2, 1, 2, 3]);
  });

  it("for messages in doubt leaves them in doubt if the queue refuses it: the first request may have arrived", async () => {
    takeThenFail();
    await caller.push([1]);
    answer = () => {
      throw new Error("Queue is overloaded (10250)");
    };
    const refused = await caller.push([1, 2], { resend_in_doubt: true });
    expect(refused).toMatchObject({ state: "refused", code: 10_250, in_doubt: [keyOf(1)] });
    worker.reset();
    expect((await caller.ask([1, 2])).statuses).toEqual(["in_doubt", "unseen"]);
  });

  it("whose answer is lost again leaves the messages in doubt", async () => {
    takeThenFail();
    await caller.push([1]);
    expect(await caller.push([1], { resend_in_doubt: true })).toMatchObject({
      state: "in_doubt",
      in_doubt: [keyOf(1)],
    });
    accept();
    expect(await caller.push([1], { resend_in_doubt: true })).toMatchObject({
      state: "accepted",
      possible_duplicates: [keyOf(1)],
    });
  });
});

describe("a ledger", () => {
  it("belongs to a queue and a deployment", async () => {
    const { ledger } = await caller.push([1]);
    const same = await caller.ask([1]);
    const queue = await caller.ask([1], { queue: "mails" });
    const deployment = await caller.ask([1], { deployment: "another" });
    expect([same.statuses, queue.statuses, deployment.statuses].flat()).toEqual(["accepted", "unseen", "unseen"]);
    expect(same.ledger).toBe(ledger);
    expect(new Set([ledger, queue.ledger, deployment.ledger]).size).toBe(3);
  });

  it("keeps its epoch and its rows when the object ends", async () => {
    const { ledger } = await caller.push([1]);
    worker.reset();
    expect(await caller.ask([1])).toMatchObject({ ledger, statuses: ["accepted"] });
  });

  it("answers for 5,000 keys at once", async () => {
    await caller.push([4_999]);
    const { statuses } = await caller.ask(Array.from({ length: 5_000 }, (_, n) => n));
    expect(statuses.indexOf("accepted")).toBe(4_999);
    expect(statuses.filter((status) => status === "unseen")).toHaveLength(4_999);
  });

  it("has all messages in doubt that an object was sending when it ended", async () => {
    answer = (numbers) => {
      arrived.push(...numbers);
      return new Promise(() => {});
    };
    void caller.push([1, 2]);
    await until(() => arrived.length === 2);
    worker.reset();
    accept();
    expect((await caller.ask([1, 2, 3])).statuses).toEqual(["in_doubt", "in_doubt", "unseen"]);
    expect(await caller.push([1, 2, 3])).toMatchObject({ state: "in_doubt", in_doubt: [keyOf(1), keyOf(2)] });
    // Once more: the doubt is noted, not only derived.
    expect(worker.rows("batch")).toBe(0);
    worker.reset();
    expect((await caller.ask([1, 2, 3])).statuses).toEqual(["in_doubt", "in_doubt", "accepted"]);
    expect(arrived).toEqual([1, 2, 3]);
  });
});

describe("a failing storage", () => {
  it("before the intent is noted is a refusal: nothing is sent", async () => {
    storage.onExec = failOn("INSERT INTO batch");
    const refused = await caller.push([1]);
    expect(refused).toMatchObject({ state: "refused", code: null, message: "The ledger cannot be written: disk full" });
    delete storage.onExec;
    expect(await caller.push([1])).toMatchObject({ state: "accepted", repeated: 0 });
    expect(arrived).toEqual([1]);
  });

  it("because it is full is a refusal, and known messages are still recognized", async () => {
    await caller.push([1]);
    storage.databaseSize = 9_600_000_000;
    expect(await caller.push([1, 2])).toMatchObject({
      state: "refused",
      code: null,
      message: "The ledger is full.",
      repeated: 1,
    });
    expect(await caller.push([1])).toMatchObject({ state: "accepted", repeated: 1 });
    expect(arrived).toEqual([1]);
  });

  it("before the intent is on disk sends nothing, and a repeated request may send", async () => {
    storage.onSync = () => Promise.reject(new Error("sync failed"));
    await expect(caller.push([1])).rejects.toMatchObject({ status: 503, isRejection: false });
    expect(arrived).toEqual([]);
    // The real runtime ends an object whose storage failed.
    worker.reset();
    delete storage.onSync;
    expect((await caller.ask([1])).statuses).toEqual(["in_doubt"]);
  });

  it.each([
    ["accepted", undefined, ["in_doubt"], 1],
    ["in doubt", "Network connection lost.", ["in_doubt"], 1],
    ["refused", "Queue is overloaded (10250)", ["in_doubt"], 0],
  ])("after messages were %s ends the object, and they are in doubt", async (_, message, statuses, count) => {
    if (message !== undefined) {
      answer = (numbers) => {
        if (count > 0) arrived.push(...numbers);
        throw new Error(message);
      };
    }
    storage.onExec = failOn("DELETE FROM batch WHERE");
    await expect(caller.push([1])).rejects.toBeInstanceOf(NoLedgerError);
    expect(worker.aborts()).toBe(1);
    delete storage.onExec;
    accept();
    expect((await caller.ask([1])).statuses).toEqual(statuses);
    // A repetition without `again` does not send.
    expect(await caller.push([1])).toMatchObject({ state: "in_doubt" });
    expect(arrived).toHaveLength(count);
  });
});

it("notes the intent before it sends, and waits until it is on disk", async () => {
  const order: string[] = [];
  storage.onExec = (query) =>
    void (/^(INSERT|DELETE)/.test(query) && order.push(query.split(" ").slice(0, 3).join(" ")));
  storage.onSync = async () => void order.push("sync");
  answer = () => void order.push("send");
  await caller.push([1]);
  expect(order.slice(-5)).toEqual(["INSERT INTO batch", "sync", "send", "INSERT INTO message", "DELETE FROM batch"]);
});

it("lets the runtime continue its work after the caller has disconnected", async () => {
  const gate = Promise.withResolvers<void>();
  answer = async (numbers) => {
    await gate.promise;
    arrived.push(...numbers);
  };
  const left = caller.push([1]);
  await until(async () => (await caller.ask([1])).statuses[0] === "under_way");
  gate.resolve();
  await worker.idle();
  expect(arrived).toEqual([1]);
  await left;
});

it("never sends a message twice without `again`, whatever overlaps", async () => {
  answer = async (numbers) => {
    // Longer than a request takes to reach the ledger.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    arrived.push(...numbers);
  };
  const batches = Array.from({ length: 200 }, (_, at) => Array.from({ length: 10 }, (_, n) => (at * 7 + n * 13) % 300));
  const answers = await Promise.all(batches.map((batch) => caller.push([...new Set(batch)])));
  expect(answers.every(({ state }) => state === "accepted")).toBe(true);
  expect(arrived.toSorted((a, b) => a - b)).toEqual([...new Set(batches.flat())].sort((a, b) => a - b));
  expect(numberOf(keyOf(299))).toBe(299);
});

function failOn(start: string): (query: string) => void {
  return (query) => {
    if (query.trim().startsWith(start)) throw new Error("disk full");
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
