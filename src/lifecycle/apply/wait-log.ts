import type { Throttle, Waits } from "../../push/index.ts";
import type { ProviderHost } from "../host.ts";
import type { RunEventOfKind } from "../protocol/events.ts";
import type { SegmentInputs } from "../state/segment.ts";

/** Milliseconds: between two looks, until a wait is told, and between two lines of it that stay in a log. */
const intervalsMs = { every: 1_000, quiet: 2_000, lasting: 30_000 } as const;

/** What of a push is watched. */
interface WaitLogOptions {
  readonly inputs: Pick<SegmentInputs, "queueId" | "resourceUrn">;
  readonly ports: Pick<ProviderHost, "clock" | "log">;
  readonly pace: Pick<Throttle, "holdOf">;
  readonly waits: Waits;
  /** When a message was pushed last, in milliseconds of `elapsed`. */
  readonly lastPushed: () => number;
}

/** Does something, and tells meanwhile of each wait that is longer than two seconds; see {@link logWaits}. */
export async function withWaitLog<T>(watched: WaitLogOptions, act: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  const logging = logWaits(watched, end.signal);
  try {
    return await act();
  } finally {
    end.abort();
    await logging;
  }
}

/**
 * Tells of each wait on the resource's own line: why, for how long, and that it is over. Comes to its end with the signal;
 * never rejects.
 */
async function logWaits(
  { inputs, ports: host, pace: throttle, waits, lastPushed }: WaitLogOptions,
  end: AbortSignal,
): Promise<void> {
  const { clock, log } = host;
  let loggedSince: number | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;
  const check = () => {
    const now = clock.elapsed();
    const quietSince = lastPushed();
    const wait = now - quietSince < intervalsMs.quiet ? undefined : (throttle.holdOf(inputs.queueId) ?? waits.next);
    if (wait === undefined) {
      if (loggedSince !== undefined && quietSince > loggedSince) {
        void log({ kind: "resumed", seconds: (quietSince - loggedSince) / 1_000 }, inputs.resourceUrn);
        loggedSince = undefined;
      }
      return;
    }
    loggedSince ??= quietSince;
    const lasting = now - keptAt >= intervalsMs.lasting;
    if (lasting) keptAt = now;
    // A line that comes late does no harm.
    void log(
      toWaitEvent(wait.reason, wait.until - now, clock.now()),
      inputs.resourceUrn,
      lasting ? undefined : "passing",
    );
  };
  try {
    for (;;) {
      await clock.sleep(intervalsMs.every, end);
      check();
    }
  } catch {
    // The push is over.
  }
}

function toWaitEvent(reason: string, leftMs: number, now: number): RunEventOfKind<"waiting"> {
  const left = Math.max(leftMs, 0);
  return { kind: "waiting", reason, until: new Date(now + left).toISOString(), secondsLeft: left / 1_000 };
}
