import { PushTally, toFailure } from "./push-tally.ts";
import { type RunContext, sendBatch } from "./send-batch.ts";
import type { PushReport, PushRun } from "./types.ts";

/** Batches taken from the source and not settled: a few more than the pace ever lets go at once, so that it never waits. */
const maxOpenBatches = 40;

/**
 * Pushes batches as quickly as the pace lets it, and accounts for each. The first batch that cannot be pushed
 * ends the run: none is sent after it, those under way finish. Never rejects.
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
      context.fail(toFailure(exception, "no"), exception);
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

/** @returns whether the source came to its end */
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
    context.fail(toFailure(exception, "no"), exception);
    return false;
  } finally {
    await Promise.all(open);
  }
}
