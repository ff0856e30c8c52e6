import type { PushAnswer, Retry } from "../cloudflare/index.ts";
import type { Batch, InDoubtPolicy } from "../types.ts";

interface Attempts {
  /** Requests for one batch, the first included. */
  readonly most: number;
  /** Longest first wait in milliseconds; it doubles with each retry. */
  readonly firstMs: number;
  /** Longest wait of all in milliseconds; a Retry-After may be longer. */
  readonly longestMs: number;
}

const never: Attempts = { most: 1, firstMs: 0, longestMs: 0 };

/**
 * How often, and how patiently, a batch is sent again. A wait is drawn between nothing and its longest ("full jitter"), so
 * that requests which failed together do not come back together.
 *
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
const attempts = {
  no: never,
  stop_queue: never,
  split: never,
  // Waits of 8 minutes in the mean: longer than the block of 5 minutes that a rate limit ends in.
  after_wait: { most: 15, firstMs: 500, longestMs: 120_000 },
  // With `in_doubt: resend`. Each retry may deliver the batch once more, so there are few.
  unknown_fate: { most: 5, firstMs: 500, longestMs: 30_000 },
  // Nothing reached the API at all: a network that hiccups comes back soon, a wrong address never does.
  unsent: { most: 6, firstMs: 250, longestMs: 8_000 },
} as const satisfies Record<Retry | "unsent", Attempts>;

/** What is to be done after an answer. */
export type Step =
  | { readonly do: "settle" }
  | { readonly do: "again"; readonly afterMs: number }
  | { readonly do: "split" }
  | { readonly do: "give_up" };

/**
 * Decides what follows an answer. Pure.
 *
 * @param made requests made for this batch, the answered one included
 * @param random between 0 and 1
 */
export function nextStep(
  answer: PushAnswer,
  { batch, made, inDoubt, random }: { batch: Batch; made: number; inDoubt: InDoubtPolicy; random: number },
): Step {
  if (answer.kind === "accepted") return { do: "settle" };
  if (answer.kind === "unknown" && inDoubt === "stop") return { do: "give_up" };
  const { retry } = answer.failure;
  if (answer.kind === "refused" && retry === "split" && batch.length > 1) return { do: "split" };
  const { most, firstMs, longestMs } = attempts[answer.kind === "unsent" && retry === "after_wait" ? "unsent" : retry];
  if (made >= most) return { do: "give_up" };
  const drawn = random * Math.min(longestMs, firstMs * 2 ** (made - 1));
  const asked = answer.kind === "unsent" ? 0 : (answer.rate.retryAfterMs ?? 0);
  return { do: "again", afterMs: Math.ceil(asked + drawn) };
}

/** Both halves, in order. */
export function halves(batch: Batch): [Batch, Batch] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}
