import { count } from "../../figures.ts";
import { planDigest, type ReviewedPush } from "../../lifecycle/reviewed.ts";
import type { Manifest } from "../../types.ts";
import type { Facts } from "../deployment/facts.ts";
import { manifestFacts, queueIdOf } from "../deployment/segments.ts";
import { emptyState, type StackState } from "../engine/state.ts";
import { addressOf } from "./address.ts";
import { type Measured, measure } from "./measure.ts";
import {
  addedUp,
  addLoads,
  type Base,
  type ManifestPlan,
  type Plan,
  planQueues,
  type RemovedManifest,
  totalOf,
} from "./model.ts";
import { sampleMessages } from "./sample.ts";

/** What `up` would do by these facts. Reads the messages that would be pushed, and nothing else. */
export async function makePlan(facts: Facts, env: NodeJS.ProcessEnv): Promise<Plan> {
  const { stack, config, loaded } = facts;
  const base: Base =
    facts.state.kind === "read"
      ? { kind: "ledger" }
      : { kind: "nothing", code: facts.state.code, why: facts.state.why };
  const state = facts.state.kind === "read" ? facts.state.state : emptyState;
  const manifests: ManifestPlan[] = [];
  const pushes: ReviewedPush[] = [];
  for (const manifest of loaded.manifests) {
    const measured = await measure(manifestFacts(manifest, facts, state), env);
    manifests.push(manifestPlan(manifest, measured));
    pushes.push(...measured.flatMap(({ reviewed }) => reviewed ?? []));
  }
  const names = new Set(manifests.map(({ queue }) => queue));
  const queues = planQueues(
    manifests,
    new Map([...names].map((name) => [name, queueIdOf(name, facts, state) ?? null])),
  );
  const { project } = config;
  return {
    stack: stack.short,
    project,
    base,
    address: addressOf(facts, env),
    digest: planDigest({ project, stack: stack.short }, pushes),
    pushes,
    manifests,
    removed: removedFrom(state, loaded.manifests),
    queues,
    total: totalOf(queues),
  };
}

function manifestPlan(manifest: Manifest, segments: readonly Measured[]): ManifestPlan {
  const sum = (of: (segment: Measured) => number) => segments.reduce((total, segment) => total + of(segment), 0);
  const pushedBefore = sum(({ decision }) => decision.kept.length);
  const push = addLoads(segments.map((segment) => segment.push));
  const held = sum((segment) => segment.held);
  return {
    name: manifest.name,
    place: manifest.place,
    queue: manifest.queue,
    mode: manifest.push,
    inDoubtPolicy: manifest.inDoubt,
    push,
    messages: sum((segment) => segment.messages),
    pushedBefore,
    inDoubt: sum(({ decision }) => decision.inDoubt.length) - held,
    held,
    journaled: {
      pushed: sum(({ journaled }) => journaled.pushed),
      inDoubt: sum(({ journaled }) => journaled.inDoubt),
    },
    forgotten: sum(({ decision }) => decision.forgotten.length),
    edited: segments.flatMap(({ edited }) => edited),
    refusals: segments.flatMap(({ refusal }) => refusal ?? []),
    requires: requirements(manifest),
    sample: segments.flatMap(({ sample }) => sample).slice(0, sampleMessages),
  };
}

/** In words, as the queue has to be. */
function requirements({ requires: { consumer, notPaused, maxBacklog }, after }: Manifest): string[] {
  return [
    ...(consumer ? ["a consumer"] : []),
    ...(notPaused ? ["that delivery is not paused"] : []),
    ...(maxBacklog === undefined ? [] : [`at most ${count(maxBacklog, "message")} in the queue`]),
    ...(after.length === 0 ? [] : [`${after.join(" and ")} first`]),
  ];
}

function removedFrom(state: StackState, manifests: readonly Manifest[]): readonly RemovedManifest[] {
  const names = new Set(manifests.flatMap(({ name, movedFrom }) => [name, ...movedFrom]));
  return addedUp(
    state.segments.flatMap(({ manifest: name, outputs: { queue, pushed, inDoubt }, origin }) =>
      // What a component deploys only the run itself knows.
      origin === "manifest" && !names.has(name) ? [{ name, queue, pushed, inDoubt }] : [],
    ),
  );
}
