import type { HandlerRun } from "./consumer.ts";

/** Returns undefined if the signal was aborted first; the call then continues, and its result is ignored. */
export async function unlessAborted(call: Promise<HandlerRun>, signal: AbortSignal): Promise<HandlerRun | undefined> {
  if (signal.aborted) return undefined;
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = () => aborted.resolve(undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const run = await Promise.race([call, aborted.promise]);
    if (run === undefined) void call.catch(() => undefined);
    return run;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
