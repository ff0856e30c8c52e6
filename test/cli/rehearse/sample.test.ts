import fc from "fast-check";
import { expect, it } from "vitest";
import { createRandom, drawSample } from "../../../src/cli/rehearse/pending.ts";

it("draws the requested count, ascending and within the total", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(600), fc.nat(), (total, size, seed) => {
      const drawn = [...drawSample(total, size, createRandom(seed))];
      expect(drawn).toHaveLength(Math.min(total, size));
      expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
      expect(drawn.every((number) => number >= 0 && number < total)).toBe(true);
    }),
  );
});

it("draws the same sample for the same seed, and another for another seed", () => {
  const draw = (seed: number) => [...drawSample(10_000, 10, createRandom(seed))];
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

it("draws each number about as often as any other", () => {
  const times = Array<number>(20).fill(0);
  for (let seed = 0; seed < 2_000; seed += 1) {
    for (const number of drawSample(20, 5, createRandom(seed))) times[number] = (times[number] ?? 0) + 1;
  }
  // 500 are expected of each; five standard deviations are 97.
  expect(Math.min(...times)).toBeGreaterThan(400);
  expect(Math.max(...times)).toBeLessThan(600);
});
