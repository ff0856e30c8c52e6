import { describe, expect, it } from "vitest";
import { QueueRun } from "../../src/rehearse/queue-run.ts";
import type { ConsumerSettings, RehearsedMessage } from "../../src/rehearse/types.ts";
import { defaultSettings } from "../../src/rehearse/wrangler/consumer-settings.ts";
import { bodyOf, messagesOf, type Script, ScriptedConsumer } from "./support/consumer.ts";

interface Given {
  readonly messages: readonly RehearsedMessage[];
  readonly settings?: Partial<ConsumerSettings>;
  readonly signal?: AbortSignal;
}

async function rehearsed({ messages, settings, signal = new AbortController().signal }: Given, script: Script) {
  const consumer = new ScriptedConsumer(script);
  const run = new QueueRun({
    name: "orders",
    settings: { ...defaultSettings, ...settings },
    consumer,
    messages: (async function* () {
      yield messages;
    })(),
    signal,
  });
  await run.run();
  return { consumer, ...run.report() };
}

const ids = (batch: Parameters<Script>[0], wanted: unknown) =>
  batch.filter((each) => bodyOf(each) === wanted).map(({ id }) => id);

describe("a consumer that returns", () => {
  it("has acknowledged each message, in batches of the configured size", async () => {
    const { consumer, messages, batches } = await rehearsed(
      { messages: messagesOf([1, 2, 3, 4, 5]), settings: { maxBatchSize: 2 } },
      () => ({}),
    );
    expect(consumer.batches).toEqual([
      [
        [1, 1],
        [2, 1],
      ],
      [
        [3, 1],
        [4, 1],
      ],
      [[5, 1]],
    ]);
    expect(messages.map(({ outcome }) => outcome)).toEqual(Array(5).fill("acknowledged"));
    expect(messages[4]?.deliveries).toEqual([{ attempt: 1, batch: 3, result: "acknowledged" }]);
    expect(batches.map(({ number, size }) => [number, size])).toEqual([
      [1, 2],
      [2, 2],
      [3, 1],
    ]);
  });

  it("gets bodies as sent on the wire: the JSON of the push, as the API reads it", async () => {
    const bodies = [{ a: [1, 2.5, null], é: "\u2028" }, "text", 0, null, [[]], { __proto__: null, x: { y: true } }];
    const { consumer } = await rehearsed({ messages: messagesOf(bodies) }, () => ({}));
    expect(consumer.batches.flat().map(([body]) => body)).toEqual(bodies);
  });

  it("gets a delayed message after those that are due, without a wait", async () => {
    const messages = [...messagesOf(["late"], 86_400), ...messagesOf(["soon"])];
    const { consumer, messages: reports } = await rehearsed({ messages }, () => ({}));
    expect(consumer.batches).toEqual([[["soon", 1]], [["late", 1]]]);
    expect(reports.map(({ outcome }) => outcome)).toEqual(["acknowledged", "acknowledged"]);
  });
});

describe("a message that is retried", () => {
  it("is delivered again after its own delay, the batch's, or the consumer's", async () => {
    const { messages } = await rehearsed(
      { messages: messagesOf(["own", "plain"]), settings: { retryDelay: 9, maxRetries: 5 } },
      (batch) => {
        const first = batch.filter(({ attempts }) => attempts === 1);
        return {
          retryMessages: [
            ...first.filter((each) => bodyOf(each) === "own").map(({ id }) => ({ msgId: id, delaySeconds: 30 })),
            ...first.filter((each) => bodyOf(each) === "plain").map(({ id }) => ({ msgId: id })),
          ],
        };
      },
    );
    expect(messages.map(({ deliveries }) => deliveries[0])).toEqual([
      { attempt: 1, batch: 1, result: "retried", cause: "message", delaySeconds: 30 },
      { attempt: 1, batch: 1, result: "retried", cause: "message", delaySeconds: 9 },
    ]);
    expect(messages.map(({ outcome }) => outcome)).toEqual(["acknowledged", "acknowledged"]);
  });

  it("moves to the dead letter queue after its last retry", async () => {
    const { messages, consumer } = await rehearsed(
      { messages: messagesOf([1]), settings: { maxRetries: 2, deadLetterQueue: "dead" } },
      () => ({ retryBatch: { retry: true, delaySeconds: 7 } }),
    );
    expect(consumer.batches.flat().map(([, attempts]) => attempts)).toEqual([1, 2, 3]);
    expect(messages[0]).toMatchObject({
      outcome: "dead_lettered",
      deliveries: [
        { attempt: 1, cause: "batch", delaySeconds: 7 },
        { attempt: 2, cause: "batch", delaySeconds: 7 },
        { attempt: 3, cause: "batch", delaySeconds: undefined },
      ],
    });
  });

  it("is deleted if there is no dead letter queue", async () => {
    const { messages } = await rehearsed(
      { messages: messagesOf([1]), settings: { maxRetries: 0 } },
      () => new Error("no"),
    );
    expect(messages[0]?.outcome).toBe("deleted");
  });

  it("expires if its delays are longer than the queue keeps it", async () => {
    const { messages } = await rehearsed(
      { messages: messagesOf([1]), settings: { retryDelay: 86_400, maxRetries: 100 } },
      () => ({ retryBatch: { retry: true } }),
    );
    expect(messages[0]?.outcome).toBe("expired");
  });
});

describe("a handler that fails with several messages", () => {
  const poison: Script = (batch) => (ids(batch, "poison").length > 0 ? new TypeError("poison") : {});

  it("has all of them retried, and delivers each alone at the end", async () => {
    const { messages, consumer } = await rehearsed(
      { messages: messagesOf(["a", "poison", "b"]), settings: { maxRetries: 1, deadLetterQueue: "dead" } },
      poison,
    );
    expect(messages.map(({ outcome }) => outcome)).toEqual(Array(3).fill("dead_lettered"));
    expect(messages.map(({ isolated }) => [isolated?.outcome, isolated?.result, isolated?.exception?.message])).toEqual(
      [
        ["ok", "acknowledged", undefined],
        ["exception", "retried", "poison"],
        ["ok", "acknowledged", undefined],
      ],
    );
    // Twice together, then alone, with the attempts of the last delivery.
    expect(consumer.batches.slice(2)).toEqual([[["a", 2]], [["poison", 2]], [["b", 2]]]);
  });

  it("keeps what it acknowledged before", async () => {
    const { messages } = await rehearsed(
      { messages: messagesOf(["first", "poison"]), settings: { maxRetries: 0 } },
      (batch) => ({ outcome: "exception", explicitAcks: ids(batch, "first") }),
    );
    expect(messages.map(({ outcome }) => outcome)).toEqual(["acknowledged", "deleted"]);
  });

  it("delivers no message alone that was alone anyway, or succeeded in the end", async () => {
    let calls = 0;
    const { messages, consumer } = await rehearsed({ messages: messagesOf(["a", "b"]) }, () => {
      calls += 1;
      return calls === 1 ? new Error("once") : {};
    });
    expect(messages.map(({ outcome, isolated }) => [outcome, isolated])).toEqual(
      Array(2).fill(["acknowledged", undefined]),
    );
    const single = await rehearsed({ messages: messagesOf(["poison"]), settings: { maxRetries: 1 } }, poison);
    expect(single.consumer.batches).toHaveLength(2);
    expect(consumer.batches).toHaveLength(2);
  });
});

describe("many messages", () => {
  it("are pushed as the consumer takes them, and all are delivered once", async () => {
    let most = 0;
    const bodies = Array.from({ length: 25_000 }, (_, n) => n);
    const { consumer, messages } = await rehearsed(
      { messages: messagesOf(bodies), settings: { maxBatchSize: 100 } },
      () => ({}),
    );
    for (const { backlogCount } of consumer.metrics) most = Math.max(most, backlogCount);
    expect(most).toBeLessThanOrEqual(10_100);
    expect(consumer.batches.flat().map(([body]) => body)).toEqual(bodies);
    expect(messages.filter(({ outcome }) => outcome === "acknowledged")).toHaveLength(25_000);
  });

  it("that are all delayed fill the queue up to its bound before time passes", async () => {
    const bodies = Array.from({ length: 12_000 }, (_, n) => n);
    const { consumer } = await rehearsed(
      { messages: messagesOf(bodies, 60), settings: { maxBatchSize: 100 } },
      () => ({}),
    );
    expect(consumer.metrics[0]?.backlogCount).toBe(10_000);
    expect(consumer.batches.flat()).toHaveLength(12_000);
  });
});

it("a signal ends it, and leaves the remaining messages unfinished", async () => {
  const stop = new AbortController();
  const { messages, consumer } = await rehearsed(
    { messages: messagesOf([1, 2, 3]), settings: { maxBatchSize: 1 }, signal: stop.signal },
    async (batch) => {
      if (bodyOf(batch[0] as (typeof batch)[0]) !== 2) return {};
      stop.abort();
      return new Promise(() => {});
    },
  );
  expect(consumer.batches).toHaveLength(2);
  expect(messages.map(({ outcome }) => outcome)).toEqual(["acknowledged", "unfinished", "unfinished"]);
});
