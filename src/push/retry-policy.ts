import type { PushResult, RetryClass } from "../cloudflare/index.ts";
import type { Batch, InDoubtPolicy } from "../types.ts";

/** What the retries of a batch are counted by. */
type FailureKind = RetryClass | "unsent";

interface RetryLimits {
  /** Requests for one batch that fail so, the first included. */
  readonly most: number;
  /** Longest first wait in milliseconds; it doubles with each retry after a failure of this kind. */
  readonly firstMs: number;
  /** Longest wait of all in milliseconds; a Retry-After may be longer. */
  readonly longestMs: number;
}

const noRetry: RetryLimits = { most: 1, firstMs: 0, longestMs: 0 };

/**
 * How often, and how patiently, a batch is sent again. A wait is drawn between nothing and its longest ("full jitter"), so
 * that requests which failed together do not come back together.
 *
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
const retryLimits = {
  no: noRetry,
  stop_queue: noRetry,
  split: noRetry,
  // Waits of 8 minutes in the mean: longer than the block of 5 minutes that a rate limit ends in.
  after_wait: { most: 15, firstMs: 500, longestMs: 120_000 },
  // With `in_doubt: resend`. Each retry may deliver the batch once more, so there are few.
  unknown_fate: { most: 5, firstMs: 500, longestMs: 30_000 },
  // Nothing reached the API at all: a network that hiccups comes back soon, a wrong address never does.
  unsent: { most: 6, firstMs: 250, longestMs: 8_000 },
} as const satisfies Record<FailureKind, RetryLimits>;

/** Requests for one batch that failed, by kind: four refusals leave a lost answer as many retries as it would have had. */
export type FailureCounts = Readonly<Partial<Record<FailureKind, number>>>;

/** What is to be done after an answer. */
export type Step =
  | { readonly do: "settle" }
  | { readonly do: "again"; readonly afterMs: number }
  | { readonly do: "split" }
  | { readonly do: "give_up" };

/** Counts an answer in. */
export function recordFailure(failed: FailureCounts, answer: PushResult): FailureCounts {
  if (answer.kind === "accepted") return failed;
  const kind = classifyFailure(answer);
  return { ...failed, [kind]: (failed[kind] ?? 0) + 1 };
}

/**
 * Decides what follows an answer. Pure.
 *
 * @param failed the answered request included, see {@link recordFailure}
 * @param random between 0 and 1
 */
export function nextStep(
  answer: PushResult,
  { batch, failed, inDoubt, random }: { batch: Batch; failed: FailureCounts; inDoubt: InDoubtPolicy; random: number },
): Step {
  if (answer.kind === "accepted") return { do: "settle" };
  if (answer.kind === "unknown" && inDoubt === "stop") return { do: "give_up" };
  const kind = classifyFailure(answer);
  if (answer.kind === "refused" && kind === "split" && batch.length > 1) return { do: "split" };
  const { most, firstMs, longestMs } = retryLimits[kind];
  const times = failed[kind] ?? 1;
  if (times >= most) return { do: "give_up" };
  const drawn = random * Math.min(longestMs, firstMs * 2 ** (times - 1));
  const asked = answer.kind === "unsent" ? 0 : (answer.rate.retryAfterMs ?? 0);
  return { do: "again", afterMs: Math.ceil(asked + drawn) };
}

function classifyFailure({ kind, failure: { retry } }: Exclude<PushResult, { kind: "accepted" }>): FailureKind {
  return kind === "unsent" && retry === "after_wait" ? "unsent" : retry;
}

/** Both halves, in order. */
export function splitBatch(batch: Batch): [Batch, Batch] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}
