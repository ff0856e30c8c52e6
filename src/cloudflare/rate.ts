import type { RateInfo } from "./types.ts";

/** An answer's headers, names in lower case. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export const noRate: RateInfo = {
  remaining: undefined,
  resetMs: undefined,
  quota: undefined,
  windowMs: undefined,
  retryAfterMs: undefined,
};

/**
 * Reads what an answer says of the rate limit: `Ratelimit: "default";r=REMAINING;t=SECONDS`, `Ratelimit-Policy:
 * "burst";q=QUOTA;w=SECONDS` and `Retry-After`. Where a header lists several limits, the tightest counts. Whatever cannot be
 * read is left out: a strange header must not fail a push that was accepted.
 *
 * Source: https://developers.cloudflare.com/fundamentals/api/reference/limits/
 *
 * @param now milliseconds since the epoch, for a Retry-After that is a date
 */
export function readRate(headers: Headers, now: number): RateInfo {
  const left = tightest(parameters(headers.ratelimit, "r", "t"));
  const policy = tightest(parameters(headers["ratelimit-policy"], "q", "w"));
  return {
    remaining: left?.[0],
    resetMs: milliseconds(left?.[1]),
    quota: policy?.[0],
    windowMs: milliseconds(policy?.[1]),
    retryAfterMs: retryAfter(first(headers["retry-after"]), now),
  };
}

type Pair = readonly [amount: number, seconds: number | undefined];

function parameters(header: Headers[string], amount: string, seconds: string): Pair[] {
  const members = [header ?? []].flat().flatMap((line) => line.split(","));
  return members.flatMap((member) => {
    const value = number(member, amount);
    return value === undefined ? [] : [[value, number(member, seconds)] as const];
  });
}

function number(member: string, name: string): number | undefined {
  const match = new RegExp(`;\\s*${name}=(\\d{1,12})\\s*(?:;|$)`, "i").exec(member);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** The limit with the least to give a second: 1,200 in 5 minutes is tighter than 200 in a second. */
function tightest(pairs: readonly Pair[]): Pair | undefined {
  const rate = ([amount, seconds]: Pair) => amount / Math.max(seconds ?? 1, 1);
  return pairs.toSorted((a, b) => rate(a) - rate(b))[0];
}

function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d{1,12}\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function first(header: Headers[string]): string | undefined {
  return [header ?? []].flat()[0];
}
