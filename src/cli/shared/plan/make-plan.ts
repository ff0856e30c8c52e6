import { transportOf } from "../../../config/worker-settings.ts";
import { emptyState, type StackState } from "../../../engine/read-state.ts";
import { formatCount } from "../../../format.ts";
import type { PlannedPush } from "../../../lifecycle/apply/approval.ts";
import { findRenameProblems } from "../../../lifecycle/deployments-provider.ts";
import { formatLocation } from "../../../manifest/index.ts";
import { digestText } from "../../../plan/index.ts";
import { type DeployedManifest, deployedManifests, type ManifestTerms } from "../deployment/deployed-manifests.ts";
import { resolveQueueId } from "../deployment/segment-snapshots.ts";
import type { StackSnapshot } from "../deployment/stack-snapshot.ts";
import { resolvePlanAddress } from "./address.ts";
import { measure, type SegmentMeasurement } from "./measure-segment.ts";
import type { ManifestPlan, Plan, PlanBase, Program, RemovedManifest } from "./model.ts";
import { queueChanges } from "./queue-changes.ts";
import { type Review, type ReviewedTerms, reviewDigest } from "./review.ts";
import { sampleMessages } from "./sample.ts";
import { addSizes, mergeByName, planQueues, toTotal } from "./totals.ts";

/** Computes what `up` would do for a snapshot. Changes nothing and sends no requests. */
export async function makePlan(snapshot: StackSnapshot, env: NodeJS.ProcessEnv): Promise<Plan> {
  const { stack, config } = snapshot;
  const base: PlanBase =
    snapshot.state.kind === "read"
      ? { kind: "ledger" }
      : { kind: "nothing", code: snapshot.state.code, reason: snapshot.state.reason };
  const state = snapshot.state.kind === "read" ? snapshot.state.state : emptyState;
  const deployed = await deployedManifests(snapshot, state);
  const { manifests, pushes, terms } = await planManifests(deployed, snapshot, state, env);
  const changes = queueChanges(snapshot, state);
  const address = resolvePlanAddress(snapshot, env);
  const { settings } = snapshot;
  const transport = (queue: string) => transportOf(settings.queues.get(queue), settings);
  const queues = planQueues(manifests, queueIds(deployed, snapshot, state), transport);
  const viaWorker = queues.flatMap((queue) => (queue.transport === "worker" ? [queue.name] : [])).sort();
  const worker = viaWorker.length === 0 ? null : { url: settings.existingWorker?.url ?? null };
  const review: Review = {
    address: address.url ?? "",
    pushes,
    terms,
    queueChanges: changes.map(({ name, change, id }) => ({ name, change, id })),
    ...(worker !== null && { worker: { url: worker.url ?? "", queues: viaWorker } }),
  };
  const { project } = config;
  return {
    stack: stack.short,
    project,
    base,
    address,
    worker,
    program: toProgram(snapshot),
    digest: reviewDigest({ project, stack: stack.short }, review),
    review,
    manifests,
    removed: findRemoved(state, deployed),
    queues,
    queueChanges: changes,
    total: toTotal(queues),
  };
}

/** What is planned for the manifests, for display and for the review. */
interface PlannedManifests extends Pick<Review, "pushes" | "terms"> {
  readonly manifests: readonly ManifestPlan[];
}

async function planManifests(
  deployed: readonly DeployedManifest[],
  snapshot: StackSnapshot,
  state: StackState,
  env: NodeJS.ProcessEnv,
): Promise<PlannedManifests> {
  const manifests: ManifestPlan[] = [];
  const pushes: PlannedPush[] = [];
  const terms: ReviewedTerms[] = [];
  for (const manifest of deployed) {
    const measured = await measure(manifest, env);
    manifests.push(manifestPlan(manifest, measured, findRenameRefusals(manifest, snapshot, state)));
    const reviewed = measured.flatMap(({ reviewed }) => reviewed ?? []);
    pushes.push(...reviewed);
    if (reviewed.length > 0) terms.push(reviewedTerms(manifest, measured));
  }
  return { manifests, pushes, terms };
}

function toProgram({ preview }: StackSnapshot): Program {
  if (preview?.kind === "made") return { kind: "previewed" };
  return { kind: "files", reason: preview?.reason ?? null };
}

/** Returns the queue ids by queue name in the manifests; null and "" as in {@link QueuePlan}. */
function queueIds(
  deployed: readonly DeployedManifest[],
  snapshot: StackSnapshot,
  state: StackState,
): ReadonlyMap<string, string | null> {
  const known = deployed.flatMap(({ terms: { queue }, segments }) => {
    const ids = new Set(segments.map(({ inputs }) => inputs.queueId));
    const [id] = ids;
    return ids.size === 1 && id ? [[queue, id] as const] : [];
  });
  const names = new Set(deployed.map(({ terms }) => terms.queue));
  return new Map(
    [...names].map((name) => {
      const ids = new Set(known.flatMap(([queue, id]) => (queue === name ? [id] : [])));
      const [id] = ids;
      return [name, ids.size === 1 && id ? id : (resolveQueueId(name, snapshot, state) ?? null)] as const;
    }),
  );
}

function manifestPlan(
  { terms, unresolved }: Pick<DeployedManifest, "terms" | "unresolved">,
  segments: readonly SegmentMeasurement[],
  moved: readonly string[],
): ManifestPlan {
  const sum = (of: (segment: SegmentMeasurement) => number) =>
    segments.reduce((total, segment) => total + of(segment), 0);
  const pushedBefore = sum(({ decision }) => decision.alreadyPushed.length);
  const push = addSizes(segments.map((segment) => segment.push));
  const held = sum((segment) => segment.held);
  return {
    name: terms.name,
    location: terms.location,
    queue: terms.queue,
    mode: terms.push,
    inDoubtPolicy: terms.inDoubt,
    dedupField: terms.dedupField ?? null,
    push,
    unresolved: unresolved ?? null,
    messages: sum((segment) => segment.messages),
    pushedBefore,
    inDoubt: sum(({ decision }) => decision.inDoubt.length) - held,
    held,
    inDoubtMessages: segments.flatMap(({ inDoubtMessages }) => inDoubtMessages),
    journaled: {
      pushed: sum(({ journaled }) => journaled.pushed),
      inDoubt: sum(({ journaled }) => journaled.inDoubt),
    },
    takesOver: segments.some(({ takesOver }) => takesOver),
    // With unresolved messages, a message that seems to be removed may be one that is only known during the run.
    forgotten: unresolved === undefined ? sum(({ decision }) => decision.removed.length) : 0,
    edited: segments.flatMap(({ edited }) => edited),
    // All segments of a data file that became shorter are refused for the same reason.
    refusals: [...new Set([...moved, ...segments.flatMap(({ refusal }) => refusal ?? [])])],
    requires: requirements(terms),
    sample: segments.flatMap(({ sample }) => sample).slice(0, sampleMessages),
  };
}

/** Returns why the run would refuse the manifest's former names (`moved_from`), in full sentences. */
function findRenameRefusals(
  { terms: { name, location } }: DeployedManifest,
  { loaded: { manifests } }: StackSnapshot,
  { deployments }: StackState,
): readonly string[] {
  const own = manifests.find((each) => each.name === name && each.location.file === location.file);
  if (own === undefined) return [];
  const wanted = new Set(manifests.map((each) => each.name));
  const refusals = findRenameProblems({ ...own, location: formatLocation(own.formerNamesAt) }, wanted, deployments);
  return refusals.map((text) => `MOVED_FROM_DEPLOYED: ${text}`);
}

function reviewedTerms(
  { terms, unresolved, segments }: DeployedManifest,
  measured: readonly SegmentMeasurement[],
): ReviewedTerms {
  const { name: manifest, after, dedupField = null } = terms;
  if (unresolved === undefined) return { manifest, after, dedupField, known: null };
  const contents = segments.map(({ inputs }) => inputs.content);
  const pending = measured.map(({ decision }) => decision.pending);
  return { manifest, after, dedupField, known: digestText(JSON.stringify([contents, pending])) };
}

/** Describes the conditions that the queue must meet, one phrase each. */
function requirements({ requires: { consumer, notPaused, maxBacklog }, after }: ManifestTerms): string[] {
  return [
    ...(consumer ? ["a consumer"] : []),
    ...(notPaused ? ["that delivery is not paused"] : []),
    ...(maxBacklog === undefined ? [] : [`at most ${formatCount(maxBacklog, "message")} in the queue`]),
    ...(after.length === 0 ? [] : [`${after.join(" and ")} first`]),
  ];
}

/** Lists the manifests in the state that the next run no longer deploys. */
function findRemoved({ segments }: StackState, deployed: readonly DeployedManifest[]): readonly RemovedManifest[] {
  const kept = new Set(
    deployed.flatMap((manifest) => manifest.segments.flatMap(({ recorded }) => recorded?.urn ?? [])),
  );
  const names = new Set(deployed.map(({ terms }) => terms.name));
  return mergeByName(
    segments.flatMap(({ urn, manifest: name, outputs: { queue, pushed, inDoubt }, origin }) =>
      // Which manifests a component deploys is only known during the run.
      origin === "manifest" && !kept.has(urn) && !names.has(name) ? [{ name, queue, pushed, inDoubt }] : [],
    ),
  );
}
