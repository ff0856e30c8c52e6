import { describe, expect, test } from "vitest";
import type { QueuedMessage } from "../../../src/emulator/broker/types.ts";
import { type HandlerResult, toBatchResult } from "../../../src/emulator/consumers/batch-result.ts";
import { decide } from "../../../src/emulator/consumers/batching.ts";
import { parseWorker } from "../../../src/emulator/consumers/worker-option.ts";

describe("a batch", () => {
  const message = (dueAt: number, bytes = 1): QueuedMessage => ({
    ...{ seq: 0, text: "x", bytes, contentType: "text", delaySeconds: 0, arrivedAt: 0, dueAt, attempts: 0 },
    leased: false,
  });
  const batching = { batchSize: 3, maxWaitTimeMs: 100, maxBytes: 10, maxConcurrency: 1 };

  test.each([
    ["nothing there", [], 0, undefined, { kind: "idle" }],
    ["nothing there, something later", [], 0, 50, { kind: "wait", until: 50 }],
    ["full", [message(0), message(0), message(0)], 0, undefined, { kind: "deliver", count: 3 }],
    ["not full", [message(20), message(10)], 30, undefined, { kind: "wait", until: 110 }],
    ["not full, and something comes before", [message(20)], 30, 60, { kind: "wait", until: 60 }],
    ["has waited long enough", [message(20), message(10)], 110, undefined, { kind: "deliver", count: 2 }],
    ["no room for the next", [message(0, 6), message(0, 5)], 0, undefined, { kind: "deliver", count: 1 }],
    ["one that is too large alone", [message(0, 11)], 100, undefined, { kind: "deliver", count: 1 }],
  ])("%s", (_, ready, now, nextDueAt, decision) => {
    expect(decide(ready, batching, now, nextDueAt)).toEqual(decision);
  });
});

describe("a handler's result", () => {
  const plain: HandlerResult = {
    outcome: "ok",
    ackAll: false,
    retryBatch: { retry: false },
    explicitAcks: [],
    retryMessages: [],
  };
  const retry = (index: number, delaySeconds?: number) => ({ index, delaySeconds });

  test.each<[string, Partial<HandlerResult>, object]>([
    ["ends well", {}, { acks: [0, 1], retries: [] }],
    ["throws", { outcome: "exception" }, { acks: [], retries: [retry(0), retry(1)] }],
    ["takes too much time", { outcome: "exceededCpu", explicitAcks: ["b"] }, { acks: [1], retries: [retry(0)] }],
    ["acknowledges all and throws", { outcome: "exception", ackAll: true }, { acks: [0, 1], retries: [] }],
    [
      "retries all but one",
      { retryBatch: { retry: true, delaySeconds: 9 }, explicitAcks: ["a"] },
      { acks: [0], retries: [retry(1, 9)] },
    ],
    [
      "retries one, with a delay of its own, and the rest",
      { retryBatch: { retry: true, delaySeconds: 9 }, retryMessages: [{ msgId: "b", delaySeconds: 1 }] },
      { acks: [], retries: [retry(0, 9), retry(1, 1)] },
    ],
    ["retries one", { ackAll: true, retryMessages: [{ msgId: "a" }] }, { acks: [1], retries: [retry(0)] }],
  ])("that %s", (_, result, verdict) => {
    expect(toBatchResult({ ...plain, ...result }, ["a", "b"])).toEqual(verdict);
  });
});

describe("the flag --worker", () => {
  test("names the queue, the file and the consumer's settings", () => {
    expect(parseWorker("orders=./src/consumer.ts")).toEqual({
      queue: "orders",
      file: "./src/consumer.ts",
      settings: {},
    });
    const all = "batch_size=20,max_retries=0,retry_delay=5,max_wait_time_ms=100,max_concurrency=2";
    expect(parseWorker(`orders=a.ts,${all},dead_letter_queue=dead`)).toEqual({
      queue: "orders",
      file: "a.ts",
      deadLetterQueue: "dead",
      settings: { batchSize: 20, maxRetries: 0, retryDelay: 5, maxWaitTimeMs: 100, maxConcurrency: 2 },
    });
  });

  test.each([
    ["orders", "write it as QUEUE=FILE"],
    ["=a.ts", "write it as QUEUE=FILE"],
    ["orders=a.ts,batch_size=101", "batch_size must be a whole number from 1 to 100."],
    ["orders=a.ts,max_retries", "max_retries must be a whole number from 0 to 100."],
    ["orders=a.ts,size=1", "size is unknown; allowed are dead_letter_queue, batch_size"],
  ])("%s does not fit", (line, message) => {
    expect(() => parseWorker(line)).toThrow(`--worker ${line}: ${message}`);
  });
});
