import type { Failure, ReadResult } from "../cloudflare/index.ts";
import type { Clock } from "../push/index.ts";
import { ExportError } from "./export-error.ts";

/** Requests for one call, the first included: with the waits between them longer than the block after a rate limit. */
const mostAttempts = 12;
const firstWaitMs = 500;
const longestWaitMs = 60_000;

export interface CallOptions {
  readonly clock: Clock;
  /** Ends the waiting. */
  readonly stop: AbortSignal;
  /** Called before each wait that is long enough to be noticed. */
  readonly onWait: OnWait;
}

/** @param why a clause without a full stop */
export type OnWait = (seconds: number, why: string) => void;

export interface CallChecks {
  /** Called with every failure, before it is decided whether the call is made again. */
  readonly onFailure?: (failure: Failure) => void;
  /** Whether the call has become pointless, so that it is not made again. */
  readonly isOver?: () => boolean;
}

/**
 * Makes a call until it succeeds, or until another attempt is of no use.
 *
 * @returns undefined if it became pointless before it succeeded
 * @throws ExportError EXPORT_STOPPED with what the API answered
 */
export async function call<T>(
  what: string,
  send: () => Promise<ReadResult<T>>,
  { clock, stop, onWait }: CallOptions,
  { onFailure, isOver = () => false }: CallChecks = {},
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send();
    if (answer.kind === "ok") return answer.value;
    onFailure?.(answer.failure);
    const isLast = answer.failure.retry !== "after_wait" || attempt >= mostAttempts || stop.aborted;
    if (isLast) throw new ExportError("EXPORT_STOPPED", `${what}: ${answer.failure.message}`, answer.failure.remedy);
    const ms = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
    if (ms >= 2_000) onWait(Math.ceil(ms / 1000), answer.failure.message);
    await pause(clock, ms, stop);
    if (isOver()) return undefined;
  }
}

/** Waits, or less if the export is to end. */
export async function pause(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
