import type { LastPush, SegmentOutputs } from "../../lifecycle/state/segment.ts";
import type { QueueMetrics } from "../../types.ts";

/** One run of the engine that changed the stack's state, and the state after it. */
export interface Version {
  readonly version: number;
  /** `update`, `refresh`, `destroy` and the like, as the engine calls it. */
  readonly kind: string;
  /** `succeeded`, `failed`. */
  readonly result: string;
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly segments: readonly VersionSegment[];
}

/** The part of a segment's outputs that a report tells of. */
export interface VersionSegment
  extends Pick<SegmentOutputs, "queue" | "manifest" | "inDoubt" | "lastPush" | "metrics" | "metricsAt"> {
  /** Unique in the stack. */
  readonly name: string;
}

export interface QueueReport {
  readonly queue: string;
  /** Oldest first. */
  readonly runs: readonly QueueRun[];
}

/** What a run was for one queue. */
export interface QueueRun extends Pick<Version, "version" | "kind" | "result" | "at"> {
  readonly pushed: number;
  readonly requests: number;
  /** Messages that are in doubt after the run. */
  readonly inDoubt: number;
  /** As the API told during the run; undefined: it was not asked, or did not say. */
  readonly metrics: QueueMetrics | undefined;
  readonly by: string | undefined;
  readonly commit: string | undefined;
  readonly plan: string | undefined;
}

/**
 * What each version did to each queue: what is new in its state beside that of the version before. The first version of all
 * may be missing, when only the last ones are read: then `earlier` is the one before them. Pure.
 *
 * @param versions oldest first
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
  // Before the queue was used, and after it was left, a run had nothing to do with it.
  if (own.length + known.length === 0) return [];
  const earlier = new Map(known.map((segment) => [segment.name, segment]));
  const pushes = own.flatMap(({ name, lastPush }) => (isNew(lastPush, earlier.get(name)?.lastPush) ? [lastPush] : []));
  const heard = own.filter(
    ({ name, metricsAt }) => metricsAt !== undefined && metricsAt !== earlier.get(name)?.metricsAt,
  );
  const last = heard.sort((a, b) => ((a.metricsAt ?? "") < (b.metricsAt ?? "") ? -1 : 1)).at(-1);
  const sum = (of: (push: LastPush) => number) => pushes.reduce((total, push) => total + of(push), 0);
  const first = pushes.find(({ pushed }) => pushed > 0);
  const { kind, result, at } = version;
  return [
    {
      version: version.version,
      kind,
      result,
      at,
      pushed: sum(({ pushed }) => pushed),
      requests: sum(({ requests }) => requests),
      inDoubt: own.reduce((total, { inDoubt }) => total + inDoubt, 0),
      metrics: last?.metrics,
      by: first?.by,
      commit: first?.commit || undefined,
      plan: first?.plan,
    },
  ];
}

/** A resource that a later run only wrote anew has the push of the earlier one. */
function isNew(push: LastPush, before: LastPush | undefined): boolean {
  return push.at !== before?.at;
}
