import { formatDeployedName, type RecordedSegment, type StackState } from "../../engine/read-state.ts";
import type { LastPush } from "../../lifecycle/state/segment.ts";
import type { QueueMetrics } from "../../types.ts";
import type { QueueMetricsResult } from "../shared/live-metrics.ts";
import type { ManifestPlan, Plan, PlanBase, QueuePlan, RemovedManifest } from "../shared/plan/model.ts";
import { mergeByName } from "../shared/plan/totals.ts";

/** The status of a stack: what was pushed, what is pending, and the queues. */
export interface Status {
  readonly stack: string;
  readonly project: string;
  readonly base: PlanBase;
  readonly manifests: readonly ManifestStatus[];
  readonly removed: readonly RemovedManifest[];
  /** Deployments by the program's own code that do not belong to exactly one manifest of the repository, by resource name. */
  readonly components: readonly RemovedManifest[];
  readonly queues: readonly QueueStatus[];
  /** Why no metrics were requested, as a clause; null if they were. */
  readonly metricsSkipped: string | null;
}

export interface ManifestStatus
  extends Pick<ManifestPlan, "name" | "queue" | "mode" | "messages" | "inDoubtMessages" | "journaled"> {
  /** Number of messages in the manifest that were pushed, according to the ledger or the local journal of a killed run. */
  readonly pushed: number;
  /** Number of messages that the next run pushes, including those in doubt that it sends again. */
  readonly pending: number;
  /** Number of messages sent without an answer: each may or may not be in the queue. */
  readonly inDoubt: number;
  /** Labels of the messages that may have arrived twice in the last push of their segment. */
  readonly possibleDuplicates: readonly string[];
  readonly edited: number;
  /** Number of pushed messages that were removed from the manifest since. */
  readonly removed: number;
  /** The last run that pushed messages of the manifest; null if none did. */
  readonly lastPush: (Pick<LastPush, "at"> & { readonly commit: string | null }) | null;
}

export interface QueueStatus {
  readonly name: string;
  readonly id: QueuePlan["id"];
  readonly metrics: QueueMetrics | null;
  /** Why there are no metrics; null if there are, or if none were requested for any queue. */
  readonly reason: string | null;
}

/** Computes the status. @param asked metrics by queue name, or a clause with the reason why none were requested */
export function toStatus(
  plan: Plan,
  state: StackState,
  asked: ReadonlyMap<string, QueueMetricsResult> | string,
): Status {
  const { stack, project, base, removed } = plan;
  return {
    stack,
    project,
    base,
    removed,
    components: listComponents(plan, state),
    manifests: plan.manifests.map((manifest) => manifestStatus(manifest, state)),
    queues: plan.queues.map(({ name, id }) => {
      const found: QueueMetricsResult | undefined = typeof asked === "string" ? undefined : asked.get(name);
      if (found?.kind === "metrics") return { name, id, metrics: found.metrics, reason: null };
      return { name, id, metrics: null, reason: found?.reason ?? null };
    }),
    metricsSkipped: typeof asked === "string" ? asked : null,
  };
}

function listComponents({ manifests }: Plan, { segments }: StackState): readonly RemovedManifest[] {
  const names = new Set(manifests.map(({ name }) => name));
  const deployed = segments.map((segment) => ({
    ...segment,
    name: formatDeployedName(segment),
  }));
  const ofComponents = deployed.filter(({ origin }) => origin === "component");
  // A manifest that several components deploy has no single ledger.
  const isElsewhere = ({ name, origin, manifest }: RecordedSegment) =>
    origin === "values" ||
    (origin === "component" &&
      (!names.has(manifest) || ofComponents.some((each) => each.manifest === manifest && each.name !== name)));
  return mergeByName(
    deployed
      .filter(isElsewhere)
      .map(({ name, outputs: { queue, pushed, inDoubt } }) => ({ name, queue, pushed, inDoubt })),
  );
}

function manifestStatus(manifest: ManifestPlan, { segments }: StackState): ManifestStatus {
  const { name, queue, mode, messages, pushedBefore, push, inDoubt, inDoubtMessages, held, journaled } = manifest;
  const { edited, forgotten } = manifest;
  const stopped = manifest.inDoubtPolicy === "stop" ? journaled.inDoubt : 0;
  const runs = segments.flatMap((segment) =>
    segment.manifest === name && segment.outputs.pushed > 0 ? [segment.outputs.lastPush] : [],
  );
  // The outputs of a segment belong to the queue that it was last pushed to.
  const recorded = segments.filter(
    (segment) => segment.manifest === name && segment.outputs.queue === queue && !segment.replaced,
  );
  const last = runs.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  return {
    name,
    queue,
    mode,
    messages,
    journaled,
    pushed: pushedBefore + journaled.pushed,
    pending: Math.max(0, push.messages - journaled.pushed - stopped),
    inDoubt: inDoubt + held + journaled.inDoubt,
    inDoubtMessages,
    possibleDuplicates: recorded.flatMap(({ outputs }) => outputs.lastPush.possibleDuplicates ?? []),
    edited: edited.reduce((sum, each) => sum + each.messages, 0),
    removed: forgotten,
    lastPush: last === undefined ? null : { at: last.at, commit: last.commit ?? null },
  };
}

/**
 * Returns what `--exit-code` reports: 3 if messages are in doubt, 2 if the next run would push any or refuse an edited one, or
 * else 0. Manifests that every run pushes are not pending: they would raise an alert after each run.
 */
export function statusExitCode({ manifests, removed, components }: Status): 0 | 2 | 3 {
  if ([...manifests, ...removed, ...components].some(({ inDoubt }) => inDoubt > 0)) return 3;
  const isPending = ({ mode, pending, edited }: ManifestStatus) =>
    edited > 0 || (pending > 0 && mode !== "every_deploy");
  return manifests.some(isPending) ? 2 : 0;
}
