import { type Failure, noRateLimitHeaders, type PushResult, requestDeadlineMs } from "../cloudflare/index.ts";
import type { Batch } from "../types.ts";
import { exceptionToFailure, type PushTally } from "./push-tally.ts";
import { toRateFeedback } from "./rate/rate-feedback.ts";
import type { Permit } from "./rate/throttle.ts";
import { type FailureCounts, nextStep, recordFailure, type Step, splitBatch } from "./retry-policy.ts";
import type { BatchOutcome, PushRun } from "./types.ts";
import { WaitTooLongError, waitTooLongFailure } from "./waits.ts";

/** The state that the deliveries of one run share. */
export interface RunContext {
  readonly run: PushRun;
  readonly tally: PushTally;
  /** Aborted when no further request may start. */
  readonly runEnded: AbortSignal;
  /** Ends the run. Only the first failure is reported. */
  fail(failure: Failure, exception: unknown): void;
  /** Reports that a batch waiting for a retry is not in the queue. Never rejects. */
  onRefusal(batch: Batch): Promise<void>;
  /** Reports an outcome. Never rejects. */
  onOutcome(outcome: BatchOutcome): Promise<void>;
}

/** A batch, or a part of one, that is being sent. */
interface BatchAttempt {
  readonly batch: Batch;
  /** The number of requests made for it. */
  readonly requests: number;
  /** The failed requests, by kind. */
  readonly failed: FailureCounts;
  /** The failure of an earlier request that may have delivered it; undefined if there was none. */
  readonly doubt: Failure | undefined;
  /** The number of requests that may have delivered it, those of the batch that it was split from included. */
  readonly lostAnswers: number;
  /** When the first request failed; undefined if none did. */
  readonly failedSince: number | undefined;
}

/** Sends a batch until each of its messages has an outcome. Never rejects. */
export async function sendBatch(context: RunContext, batch: Batch): Promise<void> {
  const open: BatchAttempt[] = [
    { batch, requests: 0, failed: {}, doubt: undefined, lostAnswers: 0, failedSince: undefined },
  ];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    open.unshift(...(await attemptOnce(context, next)));
  }
}

/** Makes at most one request. @returns what remains to be sent */
async function attemptOnce(context: RunContext, attempt: BatchAttempt): Promise<BatchAttempt[]> {
  const { run, tally } = context;
  const permit = await acquirePermit(context, attempt);
  if (permit === undefined) return [];

  const { batch, requests } = attempt;
  tally.addRequest(requests > 0);
  const response = await requestPush(context, batch);
  const random = (run.random ?? Math.random)();
  const failed = recordFailure(attempt.failed, response);
  const proposed = nextStep(response, { batch, failed, inDoubt: run.inDoubt, random });
  const now = run.clock.elapsed();
  permit.done(toRateFeedback(response, proposed.kind === "retry" ? proposed.afterMs : 0));

  const failedSince = attempt.failedSince ?? now;
  const { step, result } = limitWait(proposed, response, now - failedSince, run.maxWaitMs);
  const doubt = result.kind === "unknown" ? result.failure : attempt.doubt;
  const lostAnswers = attempt.lostAnswers + (result.kind === "unknown" ? 1 : 0);
  const next: BatchAttempt = { batch, requests: requests + 1, failed, doubt, lostAnswers, failedSince };
  if (doubt === undefined && (step.kind === "split" || step.kind === "retry")) await context.onRefusal(batch);
  switch (step.kind) {
    case "split":
      return splitBatch(batch).map((half) => ({
        ...next,
        batch: half,
        requests: 0,
        failed: {},
        failedSince: undefined,
      }));
    case "retry":
      return (await sleepBeforeRetry(context, step.afterMs, result)) ? [next] : abandon(context, next);
    case "finish":
    case "give_up":
      await reportOutcome(context, next, result);
      return [];
  }
}

/** Gives up if the next wait would be too long. @param waitedMs since the first failure */
function limitWait(
  step: Step,
  result: PushResult,
  waitedMs: number,
  maxWaitMs = Number.POSITIVE_INFINITY,
): { readonly step: Step; readonly result: PushResult } {
  if (step.kind !== "retry" || result.kind === "accepted" || waitedMs + step.afterMs <= maxWaitMs)
    return { step, result };
  const { status, code, documentationUrl, message } = result.failure;
  const failure = { ...waitTooLongFailure(message, step.afterMs, maxWaitMs), status, code, documentationUrl };
  return { step: { kind: "give_up" }, result: { ...result, failure } };
}

/** Waits for everything that a request needs. @returns undefined if the run ended; the outcome of the batch is then reported */
async function acquirePermit(context: RunContext, attempt: BatchAttempt): Promise<Permit | undefined> {
  const { run, runEnded } = context;
  const { batch } = attempt;
  let permit: Permit | undefined;
  try {
    const known = run.stoppedQueues?.find(run.target);
    if (known !== undefined) context.fail(known, undefined);
    permit = await run.throttle.acquire({ queueId: run.target.queueId, messages: batch.length }, runEnded);
    await run.before?.(batch);
    runEnded.throwIfAborted();
    return permit;
  } catch (exception) {
    permit?.done({ kind: "unused" });
    if (exception instanceof WaitTooLongError) context.fail(exception.failure, undefined);
    else if (!runEnded.aborted) context.fail(exceptionToFailure(exception, "no"), exception);
    await abandon(context, attempt);
    return undefined;
  }
}

/** Pushes a batch. The client should never reject; if it does, the outcome is unknown. */
async function requestPush(context: RunContext, batch: Batch): Promise<PushResult> {
  const { client, target, abort, waits, clock } = context.run;
  const answered = waits?.begin({ reason: "the API has not answered yet", until: clock.elapsed() + requestDeadlineMs });
  try {
    return await client.push(target, batch, abort, context.runEnded);
  } catch (exception) {
    const failure = exceptionToFailure(exception, "unknown_outcome");
    context.fail(failure, exception);
    return { kind: "unknown", failure, rate: noRateLimitHeaders };
  } finally {
    answered?.();
  }
}

/** Waits before a retry. @returns false if the run ended first */
async function sleepBeforeRetry(
  { run, tally, runEnded }: RunContext,
  ms: number,
  result: PushResult,
): Promise<boolean> {
  const since = run.clock.elapsed();
  const reason = result.kind === "accepted" ? "" : result.failure.message;
  const passed = run.waits?.begin({ reason, until: since + ms });
  try {
    await run.clock.sleep(ms, runEnded);
    return true;
  } catch {
    return false;
  } finally {
    passed?.();
    tally.addWait(run.clock.elapsed() - since);
  }
}

/** Settles a batch that the end of the run prevented from being sent. */
async function abandon({ onOutcome }: RunContext, attempt: BatchAttempt): Promise<[]> {
  await onOutcome(unpushedOutcome(attempt, "stopped"));
  return [];
}

async function reportOutcome(context: RunContext, attempt: BatchAttempt, result: PushResult): Promise<void> {
  if (result.kind === "accepted") {
    const { batch, requests, doubt } = attempt;
    const { metrics, duplicates } = result;
    return context.onOutcome({
      state: "pushed",
      batch,
      metrics,
      attempts: requests,
      possibleDuplicate: duplicates === undefined ? doubt !== undefined : duplicates.size > 0,
      ...(duplicates !== undefined && { duplicates }),
    });
  }
  context.run.stoppedQueues?.record(context.run.target, result.failure);
  context.fail(result.failure, undefined);
  return context.onOutcome(unpushedOutcome(attempt, result.failure));
}

/** The outcome of a batch that no request is known to have delivered. @param failure why it was not sent */
function unpushedOutcome({ batch, doubt, lostAnswers }: BatchAttempt, failure: Failure | "stopped"): BatchOutcome {
  return doubt === undefined
    ? { state: "notSent", batch, failure }
    : { state: "inDoubt", batch, failure: doubt, possibleDuplicate: lostAnswers > 1 };
}
