import type { RateLimitHeaders } from "./types.ts";

/** The headers of an answer, with names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export const noRateLimitHeaders: RateLimitHeaders = {
  remaining: undefined,
  resetMs: undefined,
  quota: undefined,
  windowMs: undefined,
  retryAfterMs: undefined,
};

/**
 * Reads the rate limit headers of an answer: `Ratelimit: "default";r=REMAINING;t=SECONDS`, `Ratelimit-Policy:
 * "burst";q=QUOTA;w=SECONDS` and `Retry-After`. If a header lists several limits, the tightest one counts. Unreadable values are
 * ignored: an unexpected header must not fail a push that was accepted.
 *
 * Source: https://developers.cloudflare.com/fundamentals/api/reference/limits/
 *
 * @param now milliseconds since the epoch, for a Retry-After that is a date
 */
export function parseRateLimitHeaders(headers: ResponseHeaders, now: number): RateLimitHeaders {
  const left = selectTightest(parseParameters(headers.ratelimit, "r", "t"));
  const policy = selectTightest(parseParameters(headers["ratelimit-policy"], "q", "w"));
  return {
    remaining: left?.[0],
    resetMs: toMilliseconds(left?.[1]),
    quota: policy?.[0],
    windowMs: toMilliseconds(policy?.[1]),
    retryAfterMs: parseRetryAfter(firstValue(headers["retry-after"]), now),
  };
}

type Pair = readonly [amount: number, seconds: number | undefined];

function parseParameters(header: ResponseHeaders[string], amount: string, seconds: string): Pair[] {
  const members = [header ?? []].flat().flatMap((line) => line.split(","));
  return members.flatMap((member) => {
    const value = parseCount(member, amount);
    return value === undefined ? [] : [[value, parseCount(member, seconds)] as const];
  });
}

function parseCount(member: string, name: string): number | undefined {
  const match = new RegExp(`;\\s*${name}=(\\d{1,12})\\s*(?:;|$)`, "i").exec(member);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** Returns the limit with the lowest rate: 1,200 in 5 minutes is tighter than 200 in a second. */
function selectTightest(pairs: readonly Pair[]): Pair | undefined {
  const rate = ([amount, seconds]: Pair) => amount / Math.max(seconds ?? 1, 1);
  return pairs.toSorted((a, b) => rate(a) - rate(b))[0];
}

function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d{1,12}\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function toMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function firstValue(header: ResponseHeaders[string]): string | undefined {
  return [header ?? []].flat()[0];
}
