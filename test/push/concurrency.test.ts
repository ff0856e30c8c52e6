import { expect, test } from "vitest";
import { createConcurrency } from "../../src/push/concurrency.ts";

/** A road of `bare` ms to a server that works on `workers` requests at once, `service` ms each. */
function drive(answers: number, { bare, service, workers }: { bare: number; service: number; workers: number }) {
  const concurrency = createConcurrency();
  for (let i = 0; i < answers; i++) {
    const { limit } = concurrency;
    concurrency.answered(bare + service * Math.max(1, limit / workers), limit);
  }
  return concurrency.limit;
}

test("grows to the bound where answers take no longer for it", () => {
  expect(drive(200, { bare: 50, service: 1, workers: 1_000 })).toBe(32);
});

test("stays small where requests only wait for each other, and large enough to keep the server busy", () => {
  const limit = drive(500, { bare: 0.2, service: 1, workers: 1 });
  expect(limit).toBeGreaterThanOrEqual(2);
  expect(limit).toBeLessThanOrEqual(16);
});

test("finds its way between: as many as the server has hands, and a few more", () => {
  const limit = drive(500, { bare: 5, service: 10, workers: 4 });
  expect(limit).toBeGreaterThanOrEqual(4);
  expect(limit).toBeLessThanOrEqual(18);
});

test("is not misled by answers that take now a little, now five times as long", () => {
  const concurrency = createConcurrency();
  for (let i = 0; i < 1_000; i++) concurrency.answered(20 + ((i * 37) % 101), concurrency.limit);
  expect(concurrency.limit).toBe(32);
});

test("does not grow without need", () => {
  const concurrency = createConcurrency();
  for (let i = 0; i < 300; i++) concurrency.answered(10, 1);
  expect(concurrency.limit).toBe(4);
});

test("halves once for all that fail together, and never ends at nothing", () => {
  const concurrency = createConcurrency();
  for (let i = 0; i < 4; i++) concurrency.struggled(i);
  expect(concurrency.limit).toBe(2);
  for (let i = 0; i < 300; i++) concurrency.answered(10, concurrency.limit);
  expect(concurrency.limit).toBe(32);
  for (let i = 0; i < 5; i++) concurrency.struggled(1_000 + i);
  expect(concurrency.limit).toBe(16);
  for (let i = 1; i < 20; i++) concurrency.struggled(1_000 + i * 1_000);
  expect(concurrency.limit).toBe(1);
  for (let i = 0; i < 300; i++) concurrency.answered(10, concurrency.limit);
  expect(concurrency.limit).toBe(32);
});
