import { expect, it } from "vitest";
import { backoffMs } from "../src/backoff.ts";

it("doubles the wait with each failure, up to its maximum", () => {
  const backoff = { firstMs: 500, maxMs: 3_000 };
  expect([1, 2, 3, 4, 100].map((failures) => backoffMs(backoff, failures))).toEqual([500, 1_000, 2_000, 3_000, 3_000]);
});
