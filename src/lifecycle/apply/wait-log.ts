import type { Throttle, Waits } from "../../push/index.ts";
import type { ProviderHost } from "../host.ts";
import type { RunEventOfKind } from "../protocol/events.ts";
import type { SegmentInputs } from "../state/segment.ts";

/** Milliseconds: between two checks, until a wait is reported, and between two of its lines that are kept in a log. */
const intervalsMs = { every: 1_000, quiet: 2_000, lasting: 30_000 } as const;

/** The parts of a push that are watched for waits. */
interface WaitLogOptions {
  readonly inputs: Pick<SegmentInputs, "queueId" | "resourceUrn">;
  readonly host: Pick<ProviderHost, "clock" | "log">;
  readonly throttle: Pick<Throttle, "findWait">;
  readonly waits: Waits;
  /** Returns when a message was last pushed, in milliseconds of `elapsed`. */
  readonly lastPushed: () => number;
}

/** Runs `act` and reports each wait that exceeds two seconds meanwhile; see {@link logWaits}. */
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
 * Reports each wait on the resource's line: its reason, its duration and its end. Stops when the signal is aborted; never
 * rejects.
 */
async function logWaits(
  { inputs, host, throttle, waits, lastPushed }: WaitLogOptions,
  end: AbortSignal,
): Promise<void> {
  const { clock, log } = host;
  let loggedSince: number | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;
  const check = () => {
    const now = clock.elapsed();
    const quietSince = lastPushed();
    const wait = now - quietSince < intervalsMs.quiet ? undefined : (throttle.findWait(inputs.queueId) ?? waits.next);
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
    // Not awaited: a late line is harmless.
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
    // The signal was aborted: the push is over.
  }
}

function toWaitEvent(reason: string, leftMs: number, now: number): RunEventOfKind<"waiting"> {
  const left = Math.max(leftMs, 0);
  return { kind: "waiting", reason, until: new Date(now + left).toISOString(), secondsLeft: left / 1_000 };
}
