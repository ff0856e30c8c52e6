import type { Pace, Waits } from "../../push/index.ts";
import type { Ports } from "../host.ts";
import type { RunEventOf } from "../protocol/events.ts";
import type { SegmentInputs } from "../state/segment.ts";

/** Milliseconds: between two looks, until a wait is told, and between two lines of it that stay in a log. */
const looksMs = { every: 1_000, quiet: 2_000, lasting: 30_000 } as const;

/** What of a push is watched. */
interface Watched {
  readonly inputs: Pick<SegmentInputs, "queueId" | "resourceUrn">;
  readonly ports: Pick<Ports, "clock" | "log">;
  readonly pace: Pick<Pace, "holdOf">;
  readonly waits: Waits;
  /** When a message was pushed last, in milliseconds of `elapsed`. */
  readonly lastPushed: () => number;
}

/** Does something, and tells meanwhile of each wait that is longer than two seconds; see {@link tellWaits}. */
export async function tellingWaits<T>(watched: Watched, act: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  const telling = tellWaits(watched, end.signal);
  try {
    return await act();
  } finally {
    end.abort();
    await telling;
  }
}

/**
 * Tells of each wait on the resource's own line: why, for how long, and that it is over. Comes to its end with the signal;
 * never rejects.
 */
async function tellWaits({ inputs, ports, pace, waits, lastPushed }: Watched, end: AbortSignal): Promise<void> {
  const { clock, log } = ports;
  let toldSince: number | undefined;
  let lastedAt = Number.NEGATIVE_INFINITY;
  const look = () => {
    const now = clock.elapsed();
    const quietSince = lastPushed();
    const wait = now - quietSince < looksMs.quiet ? undefined : (pace.holdOf(inputs.queueId) ?? waits.next);
    if (wait === undefined) {
      if (toldSince !== undefined && quietSince > toldSince) {
        void log({ kind: "resumed", seconds: (quietSince - toldSince) / 1_000 }, inputs.resourceUrn);
        toldSince = undefined;
      }
      return;
    }
    toldSince ??= quietSince;
    const lasting = now - lastedAt >= looksMs.lasting;
    if (lasting) lastedAt = now;
    // A line that comes late does no harm.
    void log(waitOf(wait.reason, wait.until - now, clock.now()), inputs.resourceUrn, lasting ? undefined : "passing");
  };
  try {
    for (;;) {
      await clock.sleep(looksMs.every, end);
      look();
    }
  } catch {
    // The push is over.
  }
}

function waitOf(reason: string, leftMs: number, now: number): RunEventOf<"waiting"> {
  const left = Math.max(leftMs, 0);
  return { kind: "waiting", reason, until: new Date(now + left).toISOString(), secondsLeft: left / 1_000 };
}
