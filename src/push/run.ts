import { type Context, deliver } from "./deliver.ts";
import { Account, failureOf } from "./report.ts";
import type { PushReport, PushRun } from "./types.ts";

/** Batches taken from the source and not settled: a few more than the pace ever lets go at once, so that it never waits. */
const mostOpen = 40;

/**
 * Pushes batches as quickly as the pace lets it, and accounts for each. The first batch that cannot be pushed
 * ends the run: none is sent after it, those under way finish. Never rejects.
 */
export async function runPush(run: PushRun): Promise<PushReport> {
  const account = new Account(() => run.clock.now());
  const over = new AbortController();
  let end: Pick<PushReport, "failure" | "exception"> | undefined;
  const context: Context = {
    run,
    account,
    over: over.signal,
    fail(failure, exception) {
      end ??= { failure, exception };
      over.abort();
    },
    refused: (batch) => telling(() => run.onRefusal?.(batch)),
    settle(outcome) {
      account.outcome(outcome);
      return telling(() => run.onOutcome?.(outcome));
    },
  };
  const telling = async (tell: () => void | Promise<void>) => {
    try {
      await tell();
    } catch (exception) {
      context.fail(failureOf(exception, "no"), exception);
    }
  };
  const stop = () => over.abort();
  const signals = [run.stop ?? [], run.abort ?? []].flat();
  for (const signal of signals) signal.addEventListener("abort", stop, { once: true });
  if (signals.some(({ aborted }) => aborted)) stop();
  const finished = await deliverAll(context);
  for (const signal of signals) signal.removeEventListener("abort", stop);
  return account.report({ ...(end ?? { failure: undefined, exception: undefined }), finished });
}

/** @returns whether the source came to its end */
async function deliverAll(context: Context): Promise<boolean> {
  const open = new Set<Promise<void>>();
  let room = Promise.withResolvers<void>();
  try {
    for await (const batch of context.run.batches) {
      if (batch.length === 0) continue;
      const delivery: Promise<void> = deliver(context, batch).finally(() => {
        open.delete(delivery);
        room.resolve();
      });
      open.add(delivery);
      if (open.size >= mostOpen) {
        room = Promise.withResolvers();
        await room.promise;
      }
      if (context.over.aborted) return false;
    }
    return true;
  } catch (exception) {
    context.fail(failureOf(exception, "no"), exception);
    return false;
  } finally {
    await Promise.all(open);
  }
}
