import type { TimedMetrics } from "../src/lifecycle/state/latest-metrics.ts";
import type { LastPush, SegmentInputs, SegmentOutputs } from "../src/lifecycle/state/segment.ts";

/** The result of a manifest's deployment, for the outputs of the stack. What is empty or unknown is absent. */
export interface ManifestOutputs {
  /** The queue's name. Its metrics are in the queue's own outputs. */
  readonly queue: string;
  /** Number of messages in the manifest: the sum of `pushed`, `inDoubt` and `pending`. */
  readonly messages: number;
  /** Number of messages that are known to have been pushed to this stack's queue. */
  readonly pushed: number;
  /** Number of messages that may be in the queue, but were never confirmed. */
  readonly inDoubt: number;
  /** The messages in doubt, by id, or by number from 1 such as `#5`; absent if there are none. */
  readonly inDoubtMessages?: readonly string[];
  /** Number of messages that were not sent. */
  readonly pending: number;
  /** The last run that pushed messages of the manifest; absent if none did. */
  readonly lastPush?: PushOutputs;
}

/** A run's push of a manifest. */
export interface PushOutputs {
  /** Number of messages that the run pushed. */
  readonly pushed: number;
  /** Number of requests that the run sent for them, repeated ones included. */
  readonly requests: number;
  /** Messages that may have arrived twice, since an answer was lost: labels as in `inDoubtMessages`; absent if there are none. */
  readonly possibleDuplicates?: readonly string[];
  /** When the run began, ISO 8601. */
  readonly at: string;
  /** The full hash of the repository's commit; absent if there is none. */
  readonly commit?: string;
  /** The deployer; absent if it is unknown or must not be recorded. */
  readonly by?: string;
  /** Digest of the plan; absent if `queue-seeder up` did not make one. */
  readonly plan?: string;
}

export type SegmentSummary = Pick<SegmentInputs, "messages"> &
  Pick<SegmentOutputs, "queue" | "pushed" | "inDoubt" | "inDoubtMessages"> &
  Partial<TimedMetrics> & {
    /** undefined if no run pushed messages of the segment. */
    readonly lastPush: LastPush | undefined;
  };

/** Combines the results of a manifest's segments. `lastPush` is the sum over the segments that the latest run pushed. */
export function aggregateOutputs(segments: readonly SegmentSummary[]): ManifestOutputs {
  const sum = (of: (segment: SegmentSummary) => number) => segments.reduce((total, each) => total + of(each), 0);
  const messages = sum((each) => each.messages);
  const pushed = sum((each) => each.pushed);
  const inDoubt = sum((each) => each.inDoubt);
  const inDoubtMessages = segments.flatMap((each) => each.inDoubtMessages ?? []);
  // A repair, or a run that failed before its first request, pushed nothing.
  const pushes = segments.flatMap((each) => each.lastPush ?? []).filter((push) => push.pushed + push.requests > 0);
  const lastPush = sumPushes(pushes);
  return {
    queue: segments[0]?.queue ?? "",
    messages,
    pushed,
    inDoubt,
    ...(inDoubtMessages.length > 0 && { inDoubtMessages }),
    pending: messages - pushed - inDoubt,
    ...(lastPush !== undefined && { lastPush }),
  };
}

/** Adds up the pushes of the latest run; the segments that it pushed share its start time. */
function sumPushes(pushes: readonly LastPush[]): PushOutputs | undefined {
  const at = pushes
    .map((push) => push.at)
    .sort()
    .at(-1);
  const same = pushes.filter((push) => push.at === at);
  const [first] = same;
  if (first === undefined) return undefined;
  const { possibleDuplicates: _, ...rest } = first;
  const possibleDuplicates = same.flatMap((push) => push.possibleDuplicates ?? []);
  return {
    ...rest,
    pushed: same.reduce((sum, { pushed }) => sum + pushed, 0),
    requests: same.reduce((sum, { requests }) => sum + requests, 0),
    ...(possibleDuplicates.length > 0 && { possibleDuplicates }),
  };
}
