import { expect, it } from "vitest";
import { costOf, formula, operationsToWrite } from "../../src/plan/cost.ts";

it.each([
  [0, 1],
  [63_900, 1],
  [63_901, 2],
  [127_900, 2],
])("takes for %i bytes %i operations", (bytes, operations) => {
  expect(operationsToWrite(bytes)).toBe(operations);
});

it("costs 40 cents a million", () => {
  expect(costOf(3_000_000)).toBeCloseTo(1.2);
  expect(formula).toContain("ceil((bytes + 100) / 64000)");
  expect(formula).toContain("US$ 0.40 a million");
});
