import { expect, it } from "vitest";
import { countWriteOperations, estimateCost, pricingFormula } from "../../src/plan/cost.ts";

it.each([
  [0, 1],
  [63_900, 1],
  [63_901, 2],
  [127_900, 2],
])("counts for %i bytes %i operations", (bytes, operations) => {
  expect(countWriteOperations(bytes)).toBe(operations);
});

it("costs 40 cents a million", () => {
  expect(estimateCost(3_000_000)).toBeCloseTo(1.2);
  expect(pricingFormula).toContain("ceil((bytes + 100) / 64000)");
  expect(pricingFormula).toContain("US$ 0.40 per million");
});
