import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noRateLimitHeaders, parseRateLimitHeaders } from "../../src/cloudflare/rate-limit-headers.ts";

describe("readRate", () => {
  test("reads what the API documents", () => {
    const headers = {
      ratelimit: '"default";r=1199;t=299',
      "ratelimit-policy": '"burst";q=1200;w=300',
      "retry-after": "17",
    };
    expect(parseRateLimitHeaders(headers, 0)).toEqual({
      remaining: 1199,
      resetMs: 299_000,
      quota: 1200,
      windowMs: 300_000,
      retryAfterMs: 17_000,
    });
  });

  test("uses the tightest of several limits", () => {
    const headers = {
      ratelimit: ['"second";r=150;t=1, "default"; r=30 ; t=200'],
      "ratelimit-policy": '"second";q=200;w=1, "burst";q=1200;w=300',
    };
    expect(parseRateLimitHeaders(headers, 0)).toMatchObject({
      remaining: 30,
      resetMs: 200_000,
      quota: 1200,
      windowMs: 300_000,
    });
  });

  test("reads a Retry-After that is a date, as now at the earliest", () => {
    const date = new Date(90_000).toUTCString();
    expect(parseRateLimitHeaders({ "retry-after": date }, 60_000).retryAfterMs).toBe(30_000);
    expect(parseRateLimitHeaders({ "retry-after": date }, 120_000).retryAfterMs).toBe(0);
  });

  test.each([
    {},
    { ratelimit: "limit=10, remaining=3", "ratelimit-policy": "", "retry-after": "soon" },
    { ratelimit: '"default";r=-1;t=x', "ratelimit-policy": '"burst";q=1e9', "retry-after": "-5x" },
  ])("leaves out what it cannot read: %o", (headers) => {
    expect(parseRateLimitHeaders(headers, 0)).toEqual(noRateLimitHeaders);
  });

  test("never throws, and never returns anything but a number", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (ratelimit, policy, after) => {
        const rate = parseRateLimitHeaders({ ratelimit, "ratelimit-policy": policy, "retry-after": after }, 1_000);
        for (const value of Object.values(rate)) expect(value === undefined || value >= 0).toBe(true);
      }),
    );
  });
});
