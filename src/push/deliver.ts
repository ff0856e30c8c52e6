import { type Failure, isAccountLimit, noRate, type PushAnswer, requestDeadlineMs } from "../cloudflare/index.ts";
import type { Batch } from "../types.ts";
import type { PaceResult, Permit } from "./pace.ts";
import { counted, type Failed, halves, nextStep, type Step } from "./policy.ts";
import { type Account, failureOf } from "./report.ts";
import type { BatchOutcome, PushRun } from "./types.ts";
import { tooLong, WaitTooLong } from "./waits.ts";

/** What the deliveries of one run share. */
export interface Context {
  readonly run: PushRun;
  readonly account: Account;
  /** Aborted once no request is to start any more. */
  readonly over: AbortSignal;
  /** Ends the run. The first failure is the one that is reported. */
  fail(failure: Failure, exception: unknown): void;
  /** Reports that a batch which waits for its next request is not in the queue. Never rejects. */
  refused(batch: Batch): Promise<void>;
  /** Reports an outcome. Never rejects. */
  settle(outcome: BatchOutcome): Promise<void>;
}

/** A batch, or a part of one, on its way. */
interface Load {
  readonly batch: Batch;
  /** Requests made for it. */
  readonly made: number;
  /** Those of them that failed. */
  readonly failed: Failed;
  /** Why an earlier request may have delivered it; undefined: none did. */
  readonly doubt: Failure | undefined;
  /** When the first request failed; undefined: none did. */
  readonly failedSince: number | undefined;
}

/** Sends a batch until each of its messages has an outcome. Never rejects. */
export async function deliver(context: Context, batch: Batch): Promise<void> {
  const open: Load[] = [{ batch, made: 0, failed: {}, doubt: undefined, failedSince: undefined }];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    open.unshift(...(await attempt(context, next)));
  }
}

/** Makes one request, at most. @returns what is still to be sent */
async function attempt(context: Context, load: Load): Promise<Load[]> {
  const { run, account } = context;
  const permit = await admit(context, load);
  if (permit === undefined) return [];

  const { batch, made } = load;
  account.request(made > 0);
  const given = await push(context, batch);
  const random = (run.random ?? Math.random)();
  const failed = counted(load.failed, given);
  const planned = nextStep(given, { batch, failed, inDoubt: run.inDoubt, random });
  const now = run.clock.elapsed();
  permit.done(lesson(given, planned.do === "again" ? planned.afterMs : 0));

  const failedSince = load.failedSince ?? now;
  const { step, answer } = withPatience(planned, given, now - failedSince, run.maxWaitMs);
  const doubt = answer.kind === "unknown" ? answer.failure : load.doubt;
  const tried: Load = { batch, made: made + 1, failed, doubt, failedSince };
  if (doubt === undefined && (step.do === "split" || step.do === "again")) await context.refused(batch);
  switch (step.do) {
    case "split":
      return halves(batch).map((half) => ({ batch: half, made: 0, failed: {}, doubt, failedSince: undefined }));
    case "again":
      return (await pause(context, step.afterMs, answer)) ? [tried] : leave(context, tried);
    case "settle":
    case "give_up":
      await settle(context, tried, answer);
      return [];
  }
}

/** Gives up in place of a wait that would be too long. @param waitedMs since the first failure */
function withPatience(
  step: Step,
  answer: PushAnswer,
  waitedMs: number,
  maxWaitMs = Number.POSITIVE_INFINITY,
): { readonly step: Step; readonly answer: PushAnswer } {
  if (step.do !== "again" || answer.kind === "accepted" || waitedMs + step.afterMs <= maxWaitMs)
    return { step, answer };
  const { status, code, documentationUrl, message } = answer.failure;
  const failure = { ...tooLong(message, step.afterMs, maxWaitMs), status, code, documentationUrl };
  return { step: { do: "give_up" }, answer: { ...answer, failure } };
}

/** Waits for everything that a request needs. @returns undefined when it is not to be made; it is settled then */
async function admit(context: Context, load: Load): Promise<Permit | undefined> {
  const { run, over } = context;
  const { batch } = load;
  let permit: Permit | undefined;
  try {
    const known = run.halts?.of(run.target);
    if (known !== undefined) context.fail(known, undefined);
    permit = await run.pace.acquire({ queueId: run.target.queueId, messages: batch.length }, over);
    await run.before?.(batch);
    over.throwIfAborted();
    return permit;
  } catch (exception) {
    permit?.done({ kind: "unused" });
    if (exception instanceof WaitTooLong) context.fail(exception.failure, undefined);
    else if (!over.aborted) context.fail(failureOf(exception, "no"), exception);
    await leave(context, load);
    return undefined;
  }
}

/** The client never rejects. If it does all the same, nobody knows how far it had come. */
async function push(context: Context, batch: Batch): Promise<PushAnswer> {
  const { client, target, abort, waits, clock } = context.run;
  const answered = waits?.begin({ reason: "the API has not answered yet", until: clock.elapsed() + requestDeadlineMs });
  try {
    return await client.push(target, batch, abort, context.over);
  } catch (exception) {
    const failure = failureOf(exception, "unknown_fate");
    context.fail(failure, exception);
    return { kind: "unknown", failure, rate: noRate };
  } finally {
    answered?.();
  }
}

/** @returns whether the wait came to its end before the run did */
async function pause({ run, account, over }: Context, ms: number, answer: PushAnswer): Promise<boolean> {
  const since = run.clock.elapsed();
  const reason = answer.kind === "accepted" ? "" : answer.failure.message;
  const passed = run.waits?.begin({ reason, until: since + ms });
  try {
    await run.clock.sleep(ms, over);
    return true;
  } catch {
    return false;
  } finally {
    passed?.();
    account.waited(run.clock.elapsed() - since);
  }
}

/** The run ended before the batch's turn, or before its next one. */
async function leave({ settle }: Context, { batch, doubt }: Load): Promise<[]> {
  await settle(
    doubt === undefined
      ? { state: "not_sent", batch, failure: "stopped" }
      : { state: "in_doubt", batch, failure: doubt },
  );
  return [];
}

async function settle(context: Context, { batch, made, doubt }: Load, answer: PushAnswer): Promise<void> {
  if (answer.kind === "accepted") {
    const { metrics } = answer;
    return context.settle({ state: "pushed", batch, metrics, attempts: made, mayBeTwice: doubt !== undefined });
  }
  context.run.halts?.note(context.run.target, answer.failure);
  context.fail(answer.failure, undefined);
  return context.settle(
    doubt === undefined
      ? { state: "not_sent", batch, failure: answer.failure }
      : { state: "in_doubt", batch, failure: doubt },
  );
}

function lesson(answer: PushAnswer, waitMs: number): PaceResult {
  switch (answer.kind) {
    case "accepted":
      return { kind: "ended", rate: answer.rate };
    case "refused":
      if (isAccountLimit(answer.failure)) return { kind: "limited", rate: answer.rate, waitMs };
      if (answer.failure.code === 10250) return { kind: "overloaded", rate: answer.rate, waitMs };
      return { kind: "ended", rate: answer.rate };
    case "unknown":
      return { kind: "ended", rate: answer.rate };
    case "unsent":
      return { kind: "unused" };
  }
}
