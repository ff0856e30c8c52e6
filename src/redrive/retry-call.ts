import { backoffMs } from "../backoff.ts";
import type { Failure, ReadResult } from "../cloudflare/index.ts";
import type { Clock } from "../push/index.ts";
import { ExportError } from "./export-error.ts";

/** Maximum number of requests per call, including the first: their waits together exceed the block after a rate limit. */
const maxAttempts = 12;
const backoff = { firstMs: 500, maxMs: 60_000 } as const;

export interface RetryOptions {
  readonly clock: Clock;
  /** Ends the wait when aborted. */
  readonly stop: AbortSignal;
  /** Called before each noticeable wait. */
  readonly onWait: OnWait;
}

/**
 * @param seconds duration of the wait
 * @param why a clause without a trailing full stop
 */
export type OnWait = (seconds: number, why: string) => void;

export interface RetryHooks {
  /** Called on every failure, before a retry is considered. */
  readonly onFailure?: (failure: Failure) => void;
  /** Checks whether the call has become pointless, so that it is not retried. */
  readonly isOver?: () => boolean;
}

/**
 * Retries a call until it succeeds or a further attempt is pointless.
 *
 * @param what description of the call's failure, for the error
 * @returns undefined if the call became pointless before it succeeded
 * @throws ExportError EXPORT_STOPPED with the API's response
 */
export async function callWithRetries<T>(
  what: string,
  send: () => Promise<ReadResult<T>>,
  { clock, stop, onWait }: RetryOptions,
  { onFailure, isOver = () => false }: RetryHooks = {},
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send();
    if (answer.kind === "ok") return answer.value;
    onFailure?.(answer.failure);
    const isLast = answer.failure.retry !== "after_wait" || attempt >= maxAttempts || stop.aborted;
    if (isLast) throw new ExportError("EXPORT_STOPPED", `${what}: ${answer.failure.message}`, answer.failure.remedy);
    const ms = backoffMs(backoff, attempt);
    if (ms >= 2_000) onWait(Math.ceil(ms / 1000), answer.failure.message);
    await pause(clock, ms, stop);
    if (isOver()) return undefined;
  }
}

/** Waits, or returns early if the export is to stop. */
export async function pause(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
