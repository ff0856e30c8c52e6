import { describe, expect, it } from "vitest";
import { simulate, usualModel } from "./simulation/simulate.ts";

describe("a delivery through the Worker, with a simulated service and clock", () => {
  it("takes little longer than the queues' limits require, for one queue and for many", async () => {
    for (const queues of [1, 20]) {
      const calm = await simulate({ queues, messages: 20_000, model: { ...usualModel, lost: 0 }, seed: 1 });
      expect(calm).toMatchObject({ missing: 0, twice: 0, reported: 0, inDoubt: 0 });
      // A run begins with a few requests at a time, and stays below the limit of a queue by 2 %.
      expect(calm.ms / calm.bestMs).toBeLessThan(1.1);
    }
  });

  it("loses no message, and reports each possible duplicate", async () => {
    const model = { ...usualModel, lost: 0.05, resets: 0.01 };
    const result = await simulate({ queues: 4, messages: 25_000, model, seed: 2 });
    expect(result).toMatchObject({ missing: 0, unreported: 0, inDoubt: 0 });
    expect(result.counts.lost).toBeGreaterThan(20);
    expect(result.counts.resets).toBeGreaterThan(5);
    expect(result.reported).toBeGreaterThan(0);
  });

  it("reports nothing if only connections are lost", async () => {
    const model = { ...usualModel, lost: 0.05, resets: 0 };
    const result = await simulate({ queues: 4, messages: 25_000, model, seed: 3 });
    expect(result).toMatchObject({ missing: 0, twice: 0, reported: 0, inDoubt: 0 });
  });
});
