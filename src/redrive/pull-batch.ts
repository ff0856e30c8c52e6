import type { Failure, PulledMessage } from "../cloudflare/index.ts";
import type { QueueRef } from "../types.ts";
import type { ExportHost } from "./export-host.ts";
import { callWithRetries, type RetryOptions } from "./retry-call.ts";

/** The messages of one pull. */
export interface PulledBatch {
  readonly messages: readonly PulledMessage[];
  /** Number of unacknowledged messages that the queue reported; undefined if it reported none. */
  readonly backlog: number | undefined;
  /** Milliseconds since the epoch. */
  readonly leaseEndsMs: number;
  /** Checks whether the leases are too old to acknowledge their messages. */
  readonly isOver: () => boolean;
}

/** HTTP statuses of a proxy that did not wait for the API's response. */
const gatewayTimeouts: ReadonlySet<number> = new Set([408, 499]);

/**
 * Pulls messages, which are leased for `visibilityMs`.
 *
 * @param onLostResponse called if a response was lost that may have leased messages
 * @throws ExportError if the API rejects the call
 */
export async function pullBatch(
  { queue, count, visibilityMs }: { readonly queue: QueueRef; readonly count: number; readonly visibilityMs: number },
  { clock, source }: ExportHost,
  retries: RetryOptions,
  onLostResponse: () => void,
): Promise<PulledBatch> {
  let since = { ms: clock.now(), elapsed: clock.elapsed() };
  const send = () => {
    since = { ms: clock.now(), elapsed: clock.elapsed() };
    return source.pull(queue, count, visibilityMs);
  };
  const onFailure = ({ status }: Failure) => {
    // Unless the API rejected the request, the lost response may have leased messages.
    if (status !== undefined && status >= 300 && status < 500 && !gatewayTimeouts.has(status)) return;
    onLostResponse();
  };
  const pulled = await callWithRetries("messages could not be pulled", send, retries, { onFailure });
  // Both clocks are checked: the monotonic one may stop while the machine sleeps, and the wall clock may be set back.
  const isOver = () =>
    Math.max(clock.elapsed() - since.elapsed, clock.now() - since.ms) >= visibilityMs - marginMs(visibilityMs);
  return {
    messages: pulled?.messages ?? [],
    backlog: pulled?.backlog,
    leaseEndsMs: since.ms + visibilityMs,
    isOver,
  };
}

/** Returns the milliseconds before the end of a lease in which its messages are not acknowledged. */
function marginMs(visibilityMs: number): number {
  return Math.min(5_000, visibilityMs / 5);
}
