import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Broker } from "../../../src/emulator/broker/broker.ts";
import type { Queue } from "../../../src/emulator/broker/queue.ts";
import { manualClock } from "../../../src/emulator/clock.ts";
import { Dispatcher } from "../../../src/emulator/consumers/dispatcher.ts";
import {
  type BatchResult,
  type DeliveredMessage,
  type Receiver,
  UndeliveredError,
} from "../../../src/emulator/consumers/types.ts";

const clock = manualClock(1_700_000_000_000);
let broker: Broker;
let queue: Queue;
let dispatcher: Dispatcher;
let printed: string[];
let there: boolean;
/** Batches that the receiver has not finished, each with the promise that ends it. */
let held: { bodies: string[]; end: PromiseWithResolvers<BatchResult> }[];
let maxConcurrency: number;

const receiver: Receiver = {
  done: "taken",
  ready: () => there,
  deliver: (_, batch: readonly DeliveredMessage[]) => {
    const end = Promise.withResolvers<BatchResult>();
    held.push({ bodies: batch.map(({ message }) => message.text), end });
    return end.promise;
  },
  close: async () => {
    for (const { end } of held) end.reject(new Error("closed"));
  },
};

beforeEach(() => {
  broker = new Broker(clock);
  queue = broker.create({ name: "orders" });
  printed = [];
  held = [];
  there = true;
  maxConcurrency = 2;
  dispatcher = new Dispatcher({
    broker,
    clock,
    name: "orders",
    receiver,
    batching: () => ({ batchSize: 2, maxWaitTimeMs: 0, maxBytes: 1_000, maxConcurrency }),
    print: ({ text }) => printed.push(text),
  });
});

afterEach(() => dispatcher.close());

/** Pushes messages, and lets the dispatcher react. */
async function push(...texts: string[]): Promise<void> {
  const messages = texts.map((text) => ({ text, bytes: 1, contentType: "text" as const, delaySeconds: undefined }));
  broker.push(queue, messages);
  broker.commit();
  await turn();
}

const waiting = () => [...queue.backlog.all()].map(({ text, leased, attempts }) => [text, leased, attempts]);

test("a consumer gets no more concurrent batches than it allows, and the next as soon as one ends", async () => {
  await push("a", "b", "c", "d", "e");
  expect(held.map(({ bodies }) => bodies)).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
  held[0]?.end.resolve({ acks: [0, 1], retries: [] });
  await turn();
  await turn();
  expect(held.map(({ bodies }) => bodies)).toHaveLength(3);
  expect(waiting()).toEqual([
    ["c", true, 1],
    ["d", true, 1],
    ["e", true, 1],
  ]);
  expect(printed).toEqual(["2 of 2 messages taken"]);
});

test("a receiver that throws fails the messages", async () => {
  await push("a");
  there = false;
  held[0]?.end.reject(new Error("the runtime crashed"));
  await turn();
  expect(printed).toEqual(["the runtime crashed", "0 of 1 messages taken, 1 to retry"]);
  expect(waiting()).toEqual([["a", false, 1]]);
});

test("messages without a consumer stay, as if they had not been delivered", async () => {
  await push("a");
  held[0]?.end.reject(new UndeliveredError());
  await turn();
  expect(waiting()).toEqual([["a", false, 0]]);
  expect(held).toHaveLength(1);
});

test("without a consumer, messages wait until one is connected", async () => {
  there = false;
  await push("a");
  expect(held).toEqual([]);
  there = true;
  dispatcher.schedule();
  await turn();
  expect(held).toHaveLength(1);
});

test("a queue that is deleted during a delivery loses its messages", async () => {
  await push("a");
  broker.delete(queue);
  const again = broker.create({ name: "orders" });
  held[0]?.end.resolve({ acks: [], retries: [{ index: 0, delaySeconds: 0 }] });
  await turn();
  expect(again.backlog.metrics().backlogCount).toBe(0);
  expect(printed).toEqual([]);
});

test("when it closes, the consumer's messages return to the queue", async () => {
  await push("a");
  await dispatcher.close();
  expect(waiting()).toEqual([["a", false, 1]]);
  expect(printed).toEqual([]);
});
