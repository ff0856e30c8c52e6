import type { LastPush, SegmentOutputs } from "../src/lifecycle/state/segment.ts";
import type { QueueMetrics } from "../src/types.ts";

/** What a manifest's deployment left behind, for the stack's outputs. */
export interface ManifestOutputs {
  readonly queue: string;
  /** Messages of the manifest. All are pushed, in doubt or pending. */
  readonly messages: number;
  /** Known to have been pushed to this stack's queue. */
  readonly pushed: number;
  readonly inDoubt: number;
  /** Those in doubt, by their ids or numbers. */
  readonly inDoubtMessages: readonly string[];
  /** Not sent. */
  readonly pending: number;
  readonly lastPush: LastPush;
  /** The API's last ones, best effort. */
  readonly metrics: QueueMetrics | null;
  readonly metricsAt: string | null;
}

export type SegmentSummary = Pick<
  SegmentOutputs,
  "queue" | "messages" | "pushed" | "inDoubt" | "inDoubtMessages" | "lastPush"
> & { readonly metrics?: QueueMetrics | undefined; readonly metricsAt?: string | undefined };

export const noPush: LastPush = { pushed: 0, requests: 0, possibleDuplicates: [], at: "", commit: "" };

/** A manifest's account out of its segments'. The last push is that of all segments that were pushed for the same commit. */
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

/** Of the last run: the segments that it pushed have its time. */
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
