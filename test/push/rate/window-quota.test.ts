import { describe, expect, test } from "vitest";
import { noRateLimitHeaders } from "../../../src/cloudflare/index.ts";
import { createWindowQuota } from "../../../src/push/rate/window-quota.ts";

const start = 1_000_000;
const says = (remaining: number, seconds = 300, quota: number | undefined = 1_200) => ({
  ...noRateLimitHeaders,
  remaining,
  resetMs: seconds * 1_000,
  quota,
  windowMs: 300_000,
});

/** Counts the requests that the quota allows before the next one has to wait. */
function atOnce(quota: ReturnType<typeof createWindowQuota>, now: number, most = 5_000): number {
  let count = 0;
  while (count < most && quota.readyAt(now) <= now) {
    quota.recordSent(now);
    count += 1;
  }
  return count;
}

describe("a quota", () => {
  test("has no limit as long as none is known", () => {
    const quota = createWindowQuota(undefined);
    expect(atOnce(quota, start)).toBe(5_000);
    quota.recordAnswer({ number: 0 }, noRateLimitHeaders, start);
    expect(quota.readyAt(start)).toBeLessThanOrEqual(start);
  });

  test("keeps to the given quota, less a tenth for others", () => {
    const quota = createWindowQuota({ requests: 1_200, windowMs: 300_000 });
    expect(atOnce(quota, start)).toBe(1_080);
    expect(quota.readyAt(start)).toBe(start + 301_000);
  });

  test("trusts an answer more than its assumption", () => {
    const quota = createWindowQuota({ requests: 1_200, windowMs: 300_000 });
    quota.recordAnswer(quota.recordSent(start), says(499, 100, 500), start);
    expect(atOnce(quota, start)).toBe(449);
    expect(quota.readyAt(start)).toBe(start + 101_000);
  });

  test("notices what others use with the same token", () => {
    const quota = createWindowQuota(undefined);
    quota.recordAnswer(quota.recordSent(start), says(1_199), start);
    quota.recordAnswer(quota.recordSent(start), says(130), start);
    expect(atOnce(quota, start)).toBe(10);
  });

  test("reserves a tenth of what it saw if the quota is unknown", () => {
    const quota = createWindowQuota(undefined);
    const rate = { ...says(100), quota: undefined, windowMs: undefined };
    quota.recordAnswer(quota.recordSent(start), rate, start);
    expect(atOnce(quota, start)).toBe(90);
  });

  test("never reserves so much that nothing is left", () => {
    const quota = createWindowQuota(undefined);
    quota.recordAnswer(quota.recordSent(start), says(1, 10, 2), start);
    expect(atOnce(quota, start)).toBe(1);
  });

  test("uses the lowest of answers that may have arrived out of order", () => {
    const quota = createWindowQuota(undefined);
    const [a, b, c] = [quota.recordSent(start), quota.recordSent(start), quota.recordSent(start)];
    quota.recordAnswer(b, says(200), start);
    quota.recordAnswer(c, says(199), start);
    quota.recordAnswer(a, says(1_000), start);
    expect(atOnce(quota, start)).toBe(79);
  });

  test("trusts an answer to a later request, also if the quota is larger again", () => {
    const quota = createWindowQuota(undefined);
    quota.recordAnswer(quota.recordSent(start), says(125), start);
    quota.recordAnswer(quota.recordSent(start + 1_000), says(600), start + 1_000);
    expect(atOnce(quota, start + 1_000)).toBe(480);
  });

  test("counts a request with a lost answer, and none that was never sent", () => {
    const quota = createWindowQuota(undefined);
    quota.recordAnswer(quota.recordSent(start), says(130), start);
    const [lost, unused] = [quota.recordSent(start), quota.recordSent(start)];
    quota.recordAnswer(lost, undefined, start);
    quota.recordUnused(unused);
    expect(atOnce(quota, start)).toBe(9);
  });

  test("has a full window again one second after the old one, because of rounding", () => {
    const quota = createWindowQuota(undefined);
    quota.recordAnswer(quota.recordSent(start), says(120, 10), start);
    expect(quota.readyAt(start)).toBe(start + 11_000);
    expect(atOnce(quota, start + 10_999)).toBe(0);
    expect(atOnce(quota, start + 11_000)).toBe(1_080);
  });

  test("ignores what a late answer says about the previous window", () => {
    const quota = createWindowQuota(undefined);
    const late = quota.recordSent(start);
    quota.recordAnswer(quota.recordSent(start), says(121, 1), start);
    const now = start + 2_000;
    quota.recordAnswer(quota.recordSent(now), says(1_199, 300), now);
    quota.recordAnswer(late, says(122, 1), now);
    expect(atOnce(quota, now)).toBe(1_079);
  });

  test("accepts an answer from the new window although its request was sent in the old one", () => {
    const quota = createWindowQuota(undefined);
    const early = quota.recordSent(start);
    quota.recordAnswer(quota.recordSent(start), says(120, 1), start);
    quota.recordAnswer(early, says(1_199, 300), start + 500);
    expect(atOnce(quota, start + 500)).toBe(1_079);
  });

  test("is blocked for the longest time that an answer gives", () => {
    const quota = createWindowQuota(undefined);
    quota.block(10_000, start);
    quota.block(2_000, start);
    expect(quota.readyAt(start)).toBe(start + 10_000);
    expect(quota.readyAt(start + 10_000)).toBeLessThanOrEqual(start + 10_000);
  });
});
