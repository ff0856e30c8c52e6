import { expect, it } from "vitest";
import { minDurationSeconds } from "../../../src/push/index.ts";

it("takes no time if there is nothing to push", () => {
  expect(minDurationSeconds([{ messages: 0, requests: 0 }])).toBe(0);
});

it("is bounded by requests a second within the first window", () => {
  expect(minDurationSeconds([{ messages: 100, requests: 190 }])).toBe(1);
});

it("waits for a window of five minutes for each 1,080 requests of all queues together", () => {
  expect(minDurationSeconds([{ messages: 1_080, requests: 1_080 }])).toBeCloseTo(1_080 / 190);
  expect(minDurationSeconds([{ messages: 1_081, requests: 1_081 }])).toBeCloseTo(300 + 1 / 190);
  expect(
    minDurationSeconds([
      { messages: 1_000, requests: 1_000 },
      { messages: 100, requests: 100 },
    ]),
  ).toBeCloseTo(300 + 20 / 190);
  // A million small messages: nine full windows and the rest of the tenth.
  expect(minDurationSeconds([{ messages: 1_000_000, requests: 10_000 }])).toBeCloseTo(9 * 300 + 280 / 190);
});

it("is bounded by a queue's messages a second if its requests are full", () => {
  expect(minDurationSeconds([{ messages: 98_000, requests: 980 }])).toBeCloseTo(20);
});

it("is bounded by the queue alone if a Worker pushes the messages: 10 million take 34 minutes, not 7.7 hours", () => {
  const push = { messages: 10_000_000, requests: 100_000 };
  expect(minDurationSeconds([push]) / 3_600).toBeCloseTo(7.67, 1);
  expect(minDurationSeconds([{ ...push, transport: "worker" }]) / 60).toBeCloseTo(34.0, 1);
  // The queues do not share a limit, and a push over REST next to them does not slow them down.
  const small = { messages: 1_080, requests: 1_080 };
  const worker = { ...push, transport: "worker" } as const;
  expect(minDurationSeconds([worker, worker, small])).toBeCloseTo(10_000_000 / 4_900);
  expect(minDurationSeconds([{ messages: 0, requests: 0, transport: "worker" }])).toBe(0);
});
