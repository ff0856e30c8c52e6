import type { PreviewedChange, PreviewedResource } from "../../../engine/preview.ts";
import type { StackState } from "../../../engine/read-state.ts";
import { latestMetrics } from "../../../lifecycle/state/latest-metrics.ts";
import type { QueueMetrics } from "../../../types.ts";
import { parseUrn, queueType } from "../../../urn.ts";
import type { StackSnapshot } from "../deployment/stack-snapshot.ts";

/** A change that the next run makes to a queue that the stack manages. */
export interface QueueChange {
  /** Name of the queue's resource. */
  readonly name: string;
  readonly change: Exclude<PreviewedChange, "same">;
  /** Queue id; null if the queue does not exist yet or its id is only known during the run. */
  readonly id: string | null;
  /** The last metrics that a run recorded; null if none did. Deleting a queue deletes its messages. */
  readonly backlog: { readonly metrics: QueueMetrics; readonly at: string } | null;
}

/** Determines the changes from Pulumi's preview or, without one, from the configuration as far as possible. */
export function queueChanges(snapshot: StackSnapshot, state: StackState): readonly QueueChange[] {
  const { preview } = snapshot;
  const changes = preview?.kind === "made" ? fromPreview(preview.resources) : fromConfig(snapshot, state);
  return changes.map((change) => ({ ...change, backlog: lastBacklog(change.id, state) }));
}

type Change = Omit<QueueChange, "backlog">;

function fromPreview(resources: readonly PreviewedResource[]): readonly Change[] {
  return resources.flatMap(({ urn, type, change, before }) => {
    if (type !== queueType || change === "same") return [];
    const id = before?.queueId;
    return [{ name: parseUrn(urn).name, change, id: typeof id === "string" ? id : null }];
  });
}

/** Does not detect updates: only the queue's provider can determine whether its settings change. */
function fromConfig({ settings }: StackSnapshot, { createdQueues, segments }: StackState): readonly Change[] {
  const wanted = [...settings.queues].flatMap(([name, setting]): Change[] => {
    if (setting.kind !== "create" || createdQueues.has(name)) return [];
    return [{ name, change: setting.adopt === undefined ? "create" : "import", id: setting.adopt ?? null }];
  });
  // A custom program may define queues of its own, so a queue that is not in the configuration is not necessarily deleted.
  if (segments.some(({ origin }) => origin !== "manifest")) return wanted;
  const gone = [...createdQueues].filter(([name]) => settings.queues.get(name)?.kind !== "create");
  return [...wanted, ...gone.map(([name, id]): Change => ({ name, change: "delete", id }))];
}

function lastBacklog(id: string | null, { segments }: StackState): QueueChange["backlog"] {
  const last = latestMetrics(segments.flatMap(({ outputs }) => (outputs.queueId === id ? [outputs] : [])));
  return last === undefined ? null : { metrics: last.metrics, at: last.metricsAt };
}

/** Whether a change deletes the queue's messages. */
export function isDeletion({ change }: Pick<QueueChange, "change">): boolean {
  return change === "delete" || change === "replace";
}
