import type { PreviewedChange, PreviewedResource } from "../../../engine/preview.ts";
import type { StackState } from "../../../engine/read-state.ts";
import { parseUrn, queueType } from "../../../engine/urn.ts";
import type { QueueMetrics } from "../../../types.ts";
import type { StackSnapshot } from "../deployment/stack-snapshot.ts";

/** What the next run does to a queue that the stack manages. */
export interface QueueChange {
  /** Of the queue's resource. */
  readonly name: string;
  readonly change: Exclude<PreviewedChange, "same">;
  /** null: it does not exist yet, or only the run itself knows it. */
  readonly id: string | null;
  /** What was in it when a run heard of it last; null: none did. A queue that goes takes its messages with it. */
  readonly backlog: { readonly metrics: QueueMetrics; readonly at: string } | null;
}

/** By the engine's preview; else, of what the configuration says, what can be known without the program. */
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

/** Whether a queue's settings change only its provider knows. */
function fromConfig({ settings }: StackSnapshot, { createdQueues, segments }: StackState): readonly Change[] {
  const wanted = [...settings.queues].flatMap(([name, setting]): Change[] => {
    if (setting.kind !== "create" || createdQueues.has(name)) return [];
    return [{ name, change: setting.adopt === undefined ? "create" : "import", id: setting.adopt ?? null }];
  });
  // A program of its own may have queues of its own.
  if (segments.some(({ origin }) => origin !== "manifest")) return wanted;
  const gone = [...createdQueues].filter(([name]) => settings.queues.get(name)?.kind !== "create");
  return [...wanted, ...gone.map(([name, id]): Change => ({ name, change: "delete", id }))];
}

function lastBacklog(id: string | null, { segments }: StackState): QueueChange["backlog"] {
  const heard = segments.flatMap(({ outputs: { queueId, metrics, metricsAt } }) =>
    queueId === id && metrics !== undefined && metricsAt !== undefined ? [{ metrics, at: metricsAt }] : [],
  );
  return heard.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1) ?? null;
}

/** Changes after which a queue's messages are gone. */
export function isDeletion({ change }: Pick<QueueChange, "change">): boolean {
  return change === "delete" || change === "replace";
}
