import { describe, expect, test } from "vitest";
import { noRateLimitHeaders } from "../../src/cloudflare/index.ts";
import { createRateLimitQuota } from "../../src/push/rate-limit-quota.ts";

const start = 1_000_000;
const says = (remaining: number, seconds = 300, quota: number | undefined = 1_200) => ({
  ...noRateLimitHeaders,
  remaining,
  resetMs: seconds * 1_000,
  quota,
  windowMs: 300_000,
});

/** Counts the requests that the budget allows before the next one has to wait. */
function atOnce(budget: ReturnType<typeof createRateLimitQuota>, now: number, most = 5_000): number {
  let count = 0;
  while (count < most && budget.readyAt(now) <= now) {
    budget.sent(now);
    count += 1;
  }
  return count;
}

describe("a budget", () => {
  test("has no limit as long as nothing is known of one", () => {
    const budget = createRateLimitQuota(undefined);
    expect(atOnce(budget, start)).toBe(5_000);
    budget.answered({ number: 0 }, noRateLimitHeaders, start);
    expect(budget.readyAt(start)).toBeLessThanOrEqual(start);
  });

  test("keeps to the given quota, less a tenth for others", () => {
    const budget = createRateLimitQuota({ requests: 1_200, windowMs: 300_000 });
    expect(atOnce(budget, start)).toBe(1_080);
    expect(budget.readyAt(start)).toBe(start + 301_000);
  });

  test("believes an answer more than what it assumed", () => {
    const budget = createRateLimitQuota({ requests: 1_200, windowMs: 300_000 });
    budget.answered(budget.sent(start), says(499, 100, 500), start);
    expect(atOnce(budget, start)).toBe(449);
    expect(budget.readyAt(start)).toBe(start + 101_000);
  });

  test("sees what others use of the same token", () => {
    const budget = createRateLimitQuota(undefined);
    budget.answered(budget.sent(start), says(1_199), start);
    budget.answered(budget.sent(start), says(130), start);
    expect(atOnce(budget, start)).toBe(10);
  });

  test("keeps a tenth of what it saw when the quota is unknown", () => {
    const budget = createRateLimitQuota(undefined);
    const rate = { ...says(100), quota: undefined, windowMs: undefined };
    budget.answered(budget.sent(start), rate, start);
    expect(atOnce(budget, start)).toBe(90);
  });

  test("never keeps so much that nothing is left", () => {
    const budget = createRateLimitQuota(undefined);
    budget.answered(budget.sent(start), says(1, 10, 2), start);
    expect(atOnce(budget, start)).toBe(1);
  });

  test("takes the lowest of answers that may have overtaken each other", () => {
    const budget = createRateLimitQuota(undefined);
    const [a, b, c] = [budget.sent(start), budget.sent(start), budget.sent(start)];
    budget.answered(b, says(200), start);
    budget.answered(c, says(199), start);
    budget.answered(a, says(1_000), start);
    expect(atOnce(budget, start)).toBe(79);
  });

  test("takes the word of an answer to a request that was sent later, also when there is more again", () => {
    const budget = createRateLimitQuota(undefined);
    budget.answered(budget.sent(start), says(125), start);
    budget.answered(budget.sent(start + 1_000), says(600), start + 1_000);
    expect(atOnce(budget, start + 1_000)).toBe(480);
  });

  test("counts a lost answer's request as used, one that never left as not", () => {
    const budget = createRateLimitQuota(undefined);
    budget.answered(budget.sent(start), says(130), start);
    const [lost, unused] = [budget.sent(start), budget.sent(start)];
    budget.answered(lost, undefined, start);
    budget.unused(unused);
    expect(atOnce(budget, start)).toBe(9);
  });

  test("has a full window again once the old one is over, and a second more for the rounding", () => {
    const budget = createRateLimitQuota(undefined);
    budget.answered(budget.sent(start), says(120, 10), start);
    expect(budget.readyAt(start)).toBe(start + 11_000);
    expect(atOnce(budget, start + 10_999)).toBe(0);
    expect(atOnce(budget, start + 11_000)).toBe(1_080);
  });

  test("leaves out what a late answer says of the window before", () => {
    const budget = createRateLimitQuota(undefined);
    const late = budget.sent(start);
    budget.answered(budget.sent(start), says(121, 1), start);
    const now = start + 2_000;
    budget.answered(budget.sent(now), says(1_199, 300), now);
    budget.answered(late, says(122, 1), now);
    expect(atOnce(budget, now)).toBe(1_079);
  });

  test("takes an answer of the new window although it was sent in the old one", () => {
    const budget = createRateLimitQuota(undefined);
    const early = budget.sent(start);
    budget.answered(budget.sent(start), says(120, 1), start);
    budget.answered(early, says(1_199, 300), start + 500);
    expect(atOnce(budget, start + 500)).toBe(1_079);
  });

  test("is blocked for the longest time that an answer gives", () => {
    const budget = createRateLimitQuota(undefined);
    budget.block(10_000, start);
    budget.block(2_000, start);
    expect(budget.readyAt(start)).toBe(start + 10_000);
    expect(budget.readyAt(start + 10_000)).toBeLessThanOrEqual(start + 10_000);
  });
});
