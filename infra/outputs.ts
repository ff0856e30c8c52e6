import type { LastPush, SegmentOutputs } from "../src/lifecycle/state/segment.ts";
import type { QueueMetrics } from "../src/types.ts";

/** The result of a manifest's deployment, for the outputs of the stack. */
export interface ManifestOutputs {
  readonly queue: string;
  /** Number of messages in the manifest: the sum of `pushed`, `inDoubt` and `pending`. */
  readonly messages: number;
  /** Number of messages that are known to have been pushed to this stack's queue. */
  readonly pushed: number;
  readonly inDoubt: number;
  /** The messages in doubt, by id or number. */
  readonly inDoubtMessages: readonly string[];
  /** Number of messages that were not sent. */
  readonly pending: number;
  readonly lastPush: LastPush;
  /** Latest metrics from the API, best effort. */
  readonly metrics: QueueMetrics | null;
  readonly metricsAt: string | null;
}

export type SegmentSummary = Pick<
  SegmentOutputs,
  "queue" | "messages" | "pushed" | "inDoubt" | "inDoubtMessages" | "lastPush"
> & { readonly metrics?: QueueMetrics | undefined; readonly metricsAt?: string | undefined };

export const noPush: LastPush = { pushed: 0, requests: 0, possibleDuplicates: [], at: "", commit: "" };

/** Combines the results of a manifest's segments. `lastPush` is the sum over the segments that the latest run pushed. */
export function aggregateOutputs(segments: readonly SegmentSummary[]): ManifestOutputs {
  const sum = (of: (segment: SegmentSummary) => number) => segments.reduce((total, each) => total + of(each), 0);
  const messages = sum((each) => each.messages);
  const pushed = sum((each) => each.pushed);
  const inDoubt = sum((each) => each.inDoubt);
  const heard = findLatest(segments, ({ metricsAt }) => metricsAt);
  return {
    queue: segments[0]?.queue ?? "",
    messages,
    pushed,
    inDoubt,
    inDoubtMessages: segments.flatMap(({ inDoubtMessages }) => inDoubtMessages),
    pending: messages - pushed - inDoubt,
    lastPush: sumPushes(segments.map(({ lastPush }) => lastPush)),
    metrics: heard?.metrics ?? null,
    metricsAt: heard?.metricsAt ?? null,
  };
}

function findLatest<Item>(items: readonly Item[], at: (item: Item) => string | undefined): Item | undefined {
  const known = items.filter((item) => at(item) !== undefined);
  return known.sort((a, b) => (at(a) ?? "").localeCompare(at(b) ?? "")).at(-1);
}

/** Adds up the pushes of the latest run; the segments that it pushed share its start time. */
function sumPushes(pushes: readonly LastPush[]): LastPush {
  const last = findLatest(pushes, ({ at }) => at);
  if (last === undefined) return noPush;
  const same = pushes.filter(({ at }) => at === last.at);
  return {
    ...last,
    pushed: same.reduce((sum, { pushed }) => sum + pushed, 0),
    requests: same.reduce((sum, { requests }) => sum + requests, 0),
    possibleDuplicates: same.flatMap(({ possibleDuplicates }) => possibleDuplicates),
  };
}
