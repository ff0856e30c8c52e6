import { type Backoff, backoffMs } from "../backoff.ts";
import type { PushResult, RetryClass } from "../cloudflare/index.ts";
import type { Batch, InDoubtPolicy } from "../types.ts";

/** The kinds of failures whose retries are counted separately. */
type FailureKind = RetryClass | "unsent";

interface RetryLimits extends Backoff {
  /** Maximum requests for one batch that fail in this way; the last of them is not retried. */
  readonly maxRequests: number;
}

const oneRequest: RetryLimits = { maxRequests: 1, firstMs: 0, maxMs: 0 };

/**
 * How often, and after which waits, a batch is retried. A wait is random between zero and its maximum; a Retry-After may be longer.
 */
const retryLimits = {
  no: oneRequest,
  stop_queue: oneRequest,
  split: oneRequest,
  // The waits add up to 8 minutes on average: longer than the 5 minutes of a rate limit block.
  after_wait: { maxRequests: 15, firstMs: 500, maxMs: 120_000 },
  // With `in_doubt: resend`. Few, because each retry may deliver the batch once more.
  unknown_outcome: { maxRequests: 5, firstMs: 500, maxMs: 30_000 },
  // Nothing reached the API: a network problem may end soon, a wrong address never does.
  unsent: { maxRequests: 6, firstMs: 250, maxMs: 8_000 },
} as const satisfies Record<FailureKind, RetryLimits>;

/** The failed requests for one batch, by kind: refusals do not reduce the retries after a lost answer. */
export type FailureCounts = Readonly<Partial<Record<FailureKind, number>>>;

/** What to do after an answer. `finish`: the batch is pushed; `give_up`: its outcome is final, and the run may end. */
export type Step =
  | { readonly kind: "finish" }
  | { readonly kind: "retry"; readonly afterMs: number }
  | { readonly kind: "split" }
  | { readonly kind: "give_up" };

/** Counts a failed answer. */
export function recordFailure(failed: FailureCounts, answer: PushResult): FailureCounts {
  if (answer.kind === "accepted") return failed;
  const kind = classifyFailure(answer);
  return { ...failed, [kind]: (failed[kind] ?? 0) + 1 };
}

/**
 * Decides what to do after an answer. Pure. With `in_doubt: stop`, a lost answer ends the run; `selectSendable` in src/lifecycle
 * decides whether a later run sends the batch again.
 *
 * @param failed includes the answered request, see {@link recordFailure}
 * @param random from 0 to 1
 */
export function nextStep(
  answer: PushResult,
  { batch, failed, inDoubt, random }: { batch: Batch; failed: FailureCounts; inDoubt: InDoubtPolicy; random: number },
): Step {
  if (answer.kind === "accepted") return { kind: "finish" };
  if (answer.kind === "unknown" && inDoubt === "stop") return { kind: "give_up" };
  const kind = classifyFailure(answer);
  if (answer.kind === "refused" && kind === "split" && batch.length > 1) return { kind: "split" };
  const { maxRequests, ...backoff } = retryLimits[kind];
  const times = failed[kind] ?? 1;
  if (times >= maxRequests) return { kind: "give_up" };
  const drawn = random * backoffMs(backoff, times);
  const asked = answer.kind === "unsent" ? 0 : (answer.rate.retryAfterMs ?? 0);
  return { kind: "retry", afterMs: Math.ceil(asked + drawn) };
}

function classifyFailure({ kind, failure: { retry } }: Exclude<PushResult, { kind: "accepted" }>): FailureKind {
  return kind === "unsent" && retry === "after_wait" ? "unsent" : retry;
}

/** Splits a batch into halves, in order. */
export function splitBatch(batch: Batch): [Batch, Batch] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}
