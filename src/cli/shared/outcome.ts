import { formatDeployedName, type StackState } from "../../engine/read-state.ts";
import { latestMetrics } from "../../lifecycle/state/latest-metrics.ts";
import type { QueueMetrics } from "../../types.ts";
import { type EndSignal, exitCodes, signalExitCodes } from "./exit-codes.ts";
import type { ManifestPlan, Plan } from "./plan/model.ts";
import { emptyPush } from "./plan/totals.ts";
import { noUnsaved, type UnsavedPushes } from "./unsaved-pushes.ts";

/** The result of a run: every planned message is pushed, in doubt or not sent. */
export interface Outcome {
  readonly exit: number;
  readonly manifests: readonly ManifestOutcome[];
  readonly queues: readonly QueueOutcome[];
  readonly total: MessageCounts;
}

export interface MessageCounts {
  readonly pushed: number;
  readonly requests: number;
  readonly inDoubt: number;
  readonly notSent: number;
}

export interface ManifestOutcome extends MessageCounts {
  readonly name: string;
  readonly queue: string;
  /** Labels of the messages in doubt. */
  readonly inDoubtMessages: readonly string[];
  /** Labels of messages that were sent more than once and may have arrived twice. */
  readonly possibleDuplicates: readonly string[];
}

export interface QueueOutcome {
  readonly name: string;
  /** The last metrics that the API returned; null if it never did. */
  readonly metrics: QueueMetrics | null;
  readonly metricsAt: string | null;
}

/** How the Pulumi run ended. */
export interface RunEnd {
  readonly failed: boolean;
  /** Whether the provider refused something that was not reviewed. */
  readonly differs: boolean;
  readonly signal: EndSignal | undefined;
  /** URNs of the resources that the run changed. All other changes since the plan were made by another run. */
  readonly touched: ReadonlySet<string>;
  /** Journal entries that the state after the run does not contain, by manifest name. */
  readonly unsaved: ReadonlyMap<string, UnsavedPushes>;
}

/** Compares the states before and after a run with its plan and with journal entries missing in the state. Pure. */
export function toOutcome(plan: Plan, before: StackState, after: StackState, ended: RunEnd): Outcome {
  const manifests = [...plan.manifests, ...findUnplanned(plan, after, ended)].map((manifest) =>
    manifestOutcome(manifest, before, after, ended),
  );
  const total = manifests.reduce<MessageCounts>(
    (sum, { pushed, requests, inDoubt, notSent }) => ({
      pushed: sum.pushed + pushed,
      requests: sum.requests + requests,
      inDoubt: sum.inDoubt + inDoubt,
      notSent: sum.notSent + notSent,
    }),
    { pushed: 0, requests: 0, inDoubt: 0, notSent: 0 },
  );
  return {
    exit: toExitCode(ended, total),
    manifests,
    queues: queueNames(plan, manifests).map((name) => queueOutcome(name, after)),
    total,
  };
}

function queueNames({ queues }: Plan, manifests: readonly ManifestOutcome[]): readonly string[] {
  const unplanned = manifests.filter(({ pushed }) => pushed > 0).map(({ queue }) => queue);
  return [...new Set([...queues.map(({ name }) => name), ...unplanned])];
}

/** Returns the exit code. Results that the user must check take precedence over failures that the next run repairs. */
function toExitCode({ failed, differs, signal }: RunEnd, { inDoubt }: MessageCounts): number {
  if (!failed) return exitCodes.ok;
  if (differs) return exitCodes.differs;
  if (inDoubt > 0) return exitCodes.inDoubt;
  return signal === undefined ? exitCodes.failed : signalExitCodes[signal];
}

type PlannedOutcome = Pick<ManifestPlan, "name" | "queue" | "mode" | "messages" | "push" | "held">;

/** Finds what the run deployed without being planned. It is part of the outcome, too. */
function findUnplanned({ manifests }: Plan, { segments }: StackState, { touched }: RunEnd): readonly PlannedOutcome[] {
  const planned = new Set(manifests.map(({ name }) => name));
  const found = new Map<string, PlannedOutcome>();
  for (const segment of segments) {
    const name = formatDeployedName(segment);
    if (planned.has(name) || !touched.has(segment.urn)) continue;
    const { queue, mode } = segment.outputs;
    found.set(name, { name, queue, mode, messages: 0, push: emptyPush, held: 0 });
  }
  return [...found.values()];
}

function manifestOutcome(
  { name, queue, mode, messages, push, held }: PlannedOutcome,
  before: StackState,
  after: StackState,
  { failed, touched, unsaved }: RunEnd,
): ManifestOutcome {
  const journaled = unsaved.get(name) ?? noUnsaved;
  const earlier = new Map(before.segments.map((segment) => [segment.name, segment.outputs.lastPush.at]));
  const segments = after.segments.filter((segment) => formatDeployedName(segment) === name);
  const runs = segments.flatMap(({ name: segment, urn, outputs: { lastPush } }) =>
    earlier.get(segment) === lastPush.at || !touched.has(urn) ? [] : [lastPush],
  );
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
  const saved = sum(runs.map((run) => run.pushed));
  const inDoubt = sum(segments.map(({ outputs }) => outputs.inDoubt)) + journaled.inDoubt;
  const planned = push.messages + held - saved - journaled.arrived - inDoubt;
  const unknown = messages - sum(segments.map(({ outputs }) => outputs.pushed)) - journaled.arrived - inDoubt;
  return {
    name,
    queue,
    pushed: saved + journaled.pushed,
    requests: sum(runs.map(({ requests }) => requests)),
    inDoubt,
    // At least 0, since a journal or another run may account for more arrived messages. A successful run leaves nothing unsent.
    notSent: failed ? Math.max(0, mode === "once" ? Math.min(planned, unknown) : planned) : 0,
    inDoubtMessages: [
      ...segments.flatMap(({ outputs }) => outputs.inDoubtMessages ?? []),
      ...journaled.inDoubtMessages,
    ],
    possibleDuplicates: runs.flatMap(({ possibleDuplicates }) => possibleDuplicates ?? []),
  };
}

function queueOutcome(name: string, { segments }: StackState): QueueOutcome {
  const last = latestMetrics(segments.flatMap(({ outputs }) => (outputs.queue === name ? [outputs] : [])));
  return { name, metrics: last?.metrics ?? null, metricsAt: last?.metricsAt ?? null };
}
