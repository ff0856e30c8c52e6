import { latestMetrics } from "../../lifecycle/state/latest-metrics.ts";
import type { LastPush, SegmentOutputs } from "../../lifecycle/state/segment.ts";
import type { QueueMetrics } from "../../types.ts";
import { parseRepairMessage } from "../shared/repair-message.ts";

/** A Pulumi run that changed the stack's state, and the state after it. */
export interface Version {
  readonly version: number;
  /** Pulumi's name for the operation, such as `update`, `refresh` or `destroy`. */
  readonly kind: string;
  /** `succeeded` or `failed`. */
  readonly result: string;
  /** Pulumi's message of the run: by default the subject of the commit; for a repair, the one that {@link repairMessage} makes. */
  readonly message: string;
  /** End of the run, ISO 8601. */
  readonly at: string;
  readonly segments: readonly VersionSegment[];
  /** Number of segments that another version of queue-seeder wrote, which the report leaves out. */
  readonly skipped: number;
}

/** The part of a segment's outputs that a report shows. */
export interface VersionSegment
  extends Pick<
    SegmentOutputs,
    "queue" | "manifest" | "inDoubt" | "inDoubtMessages" | "lastPush" | "metrics" | "metricsAt"
  > {
  /** The segment's URN, unique in the stack. */
  readonly name: string;
}

/** `deployment`: it may have pushed. `repair`: a command changed a ledger. `other`: a refresh, for example. */
export type RunType = "deployment" | "failed" | "repair" | "other";

export interface QueueReport {
  readonly queue: string;
  /** Oldest first. */
  readonly runs: readonly QueueRun[];
}

/** The effect of a run on one queue. */
export interface QueueRun extends Pick<Version, "version" | "at"> {
  /** What the run was: Pulumi's operation, or the command that repaired a ledger. */
  readonly action: string;
  readonly type: RunType;
  readonly pushed: number;
  readonly requests: number;
  /** Number of messages in doubt after the run. */
  readonly inDoubt: number;
  /** Labels of the messages in doubt. */
  readonly inDoubtMessages: readonly string[];
  /** Labels of the messages that the run may have delivered twice. */
  readonly possibleDuplicates: readonly string[];
  /** As returned by the API during the run; undefined if the run did not get any. */
  readonly metrics: QueueMetrics | undefined;
  readonly by: string | undefined;
  readonly commit: string | undefined;
  readonly plan: string | undefined;
}

/**
 * Computes the effect of each version on each queue by comparing its state with the state of the previous version. Pure.
 *
 * @param versions oldest first
 * @param earlier the version before the first one, if `versions` does not begin with the first version of the stack
 */
export function createReport(versions: readonly Version[], earlier?: Version): readonly QueueReport[] {
  const queues = [...new Set(versions.flatMap(({ segments }) => segments.map(({ queue }) => queue)))].sort();
  return queues.map((queue) => ({
    queue,
    runs: versions.flatMap((version, index) => {
      const before = index === 0 ? earlier : versions[index - 1];
      return toQueueRun(queue, version, before?.segments ?? []);
    }),
  }));
}

function toQueueRun(queue: string, version: Version, before: readonly VersionSegment[]): readonly QueueRun[] {
  const own = version.segments.filter((segment) => segment.queue === queue);
  const known = before.filter((segment) => segment.queue === queue);
  // The run did not involve the queue if no segment used it before or after the run.
  if (own.length + known.length === 0) return [];
  const earlier = new Map(known.map((segment) => [segment.name, segment]));
  const pushes = own.flatMap(({ name, lastPush }) => (isNew(lastPush, earlier.get(name)?.lastPush) ? [lastPush] : []));
  const withMetrics = own.filter(
    ({ name, metricsAt }) => metricsAt !== undefined && metricsAt !== earlier.get(name)?.metricsAt,
  );
  const last = latestMetrics(withMetrics);
  const sum = (of: (push: LastPush) => number) => pushes.reduce((total, push) => total + of(push), 0);
  const first = pushes.find(({ pushed }) => pushed > 0);
  return [
    {
      version: version.version,
      ...describeRun(version),
      at: version.at,
      pushed: sum(({ pushed }) => pushed),
      requests: sum(({ requests }) => requests),
      inDoubt: own.reduce((total, { inDoubt }) => total + inDoubt, 0),
      inDoubtMessages: own.flatMap(({ inDoubtMessages = [] }) => inDoubtMessages),
      possibleDuplicates: pushes.flatMap(({ possibleDuplicates = [] }) => possibleDuplicates),
      metrics: last?.metrics,
      by: first?.by,
      commit: first?.commit,
      plan: first?.plan,
    },
  ];
}

function describeRun({ kind, result, message }: Version): Pick<QueueRun, "action" | "type"> {
  const repair = parseRepairMessage(message);
  const action = repair ?? (kind === "update" ? "up" : kind);
  if (result !== "succeeded") return { action, type: "failed" };
  if (repair !== undefined) return { action, type: "repair" };
  return { action, type: kind === "update" ? "deployment" : "other" };
}

/** Whether the version itself made the push: a resource that was only rewritten keeps its earlier push. */
function isNew(push: LastPush, before: LastPush | undefined): boolean {
  return push.at !== before?.at;
}
