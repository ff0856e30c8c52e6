import { exceptionToFailure, PushTally } from "./push-tally.ts";
import { type RunContext, sendBatch } from "./send-batch.ts";
import type { PushReport, PushRun } from "./types.ts";

/**
 * Maximum batches without an outcome. More than the REST API's requests in flight, so that a request waits for the throttle and
 * never for its batch. The Worker allows more requests, for many queues: one queue takes 50 full batches a second, so 40 are enough
 * up to 800 ms of latency.
 */
const maxOpenBatches = 40;

/**
 * Pushes batches as fast as the throttle allows, and accounts for each. The first batch that cannot be pushed ends the
 * run: no further batch is sent, those in flight finish. Never rejects.
 */
export async function runPush(run: PushRun): Promise<PushReport> {
  const tally = new PushTally(() => run.clock.now());
  const runEnded = new AbortController();
  let end: Pick<PushReport, "failure" | "exception"> | undefined;
  const context: RunContext = {
    run,
    tally,
    runEnded: runEnded.signal,
    fail(failure, exception) {
      end ??= { failure, exception };
      runEnded.abort();
    },
    onRefusal: (batch) => runCallback(() => run.onRefusal?.(batch)),
    onOutcome(outcome) {
      tally.addOutcome(outcome);
      return runCallback(() => run.onOutcome?.(outcome));
    },
  };
  const runCallback = async (callback: () => void | Promise<void>) => {
    try {
      await callback();
    } catch (exception) {
      context.fail(exceptionToFailure(exception, "no"), exception);
    }
  };
  const stop = () => runEnded.abort();
  const signals = [run.stop ?? [], run.abort ?? []].flat();
  for (const signal of signals) signal.addEventListener("abort", stop, { once: true });
  if (signals.some(({ aborted }) => aborted)) stop();
  const finished = await sendAll(context);
  for (const signal of signals) signal.removeEventListener("abort", stop);
  return tally.report({ ...(end ?? { failure: undefined, exception: undefined }), finished });
}

/** Delivers all batches. @returns whether the source was read to its end */
async function sendAll(context: RunContext): Promise<boolean> {
  const open = new Set<Promise<void>>();
  let room = Promise.withResolvers<void>();
  try {
    for await (const batch of context.run.batches) {
      if (batch.length === 0) continue;
      const delivery: Promise<void> = sendBatch(context, batch).finally(() => {
        open.delete(delivery);
        room.resolve();
      });
      open.add(delivery);
      if (open.size >= maxOpenBatches) {
        room = Promise.withResolvers();
        await room.promise;
      }
      if (context.runEnded.aborted) return false;
    }
    return true;
  } catch (exception) {
    context.fail(exceptionToFailure(exception, "no"), exception);
    return false;
  } finally {
    await Promise.all(open);
  }
}
