import type { Pulumi } from "../../engine/pulumi.ts";
import { readState, type StackState } from "../../engine/read-state.ts";
import { type EngineResult, runPulumi } from "../../engine/run-pulumi.ts";
import { pushDigest } from "../../lifecycle/apply/approval.ts";
import { allQueueLedgers } from "../../lifecycle/ledger/queue-ledgers.ts";
import { parseRequest } from "../../lifecycle/protocol/request.ts";
import { withDisposable } from "../../with-disposable.ts";
import { RunProgress } from "../reporters/progress.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { deployedManifests } from "../shared/deployment/deployed-manifests.ts";
import type { StackName, StackSnapshot } from "../shared/deployment/stack-snapshot.ts";
import type { EndSignals } from "../shared/end-signals.ts";
import { toOutcome } from "../shared/outcome.ts";
import type { Plan } from "../shared/plan/model.ts";
import { type RequestFile, writeRequestFile } from "../shared/request-file.ts";
import { watchJournals } from "../shared/unsaved-pushes.ts";
import { createEventWatcher } from "./engine-events.ts";
import type { ExpectedPlan } from "./expected-plan.ts";
import type { UpFlags } from "./flags.ts";

/** The inputs that all attempts of a command share. */
export interface UpContext {
  readonly root: string;
  readonly flags: UpFlags;
  readonly stack: StackName;
  readonly find: () => Promise<Pulumi>;
  readonly env: NodeJS.ProcessEnv;
  readonly reporter: Reporter;
  readonly expected: ExpectedPlan | undefined;
}

/** A plan, and what it was made from. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly snapshot: StackSnapshot;
  /** The Pulumi state before the run. */
  readonly before: StackState;
}

/** Runs Pulumi once. @returns the exit code, or the holder of the lock if another run has locked the stack */
export function deployPlan(context: UpContext, run: PlannedRun, signals: EndSignals): Promise<number | Locked> {
  const { plan } = run;
  // A confirmation or --expect approves exactly the pushes of this plan; --yes alone approves whatever the run pushes.
  const isApproved = context.expected !== undefined || context.flags.yes !== true;
  const approvedPushes = isApproved
    ? plan.review.pushes.map((push) => pushDigest(plan, push))
    : parseRequest(context.env).approvedPushes;
  const request = writeRequestFile({ plan: plan.digest, approvedPushes, repair: undefined });
  return withDisposable(request, (file) => deployUnlessLocked(context, run, file, signals));
}

/** Another run has locked the stack. */
export type Locked = Extract<EngineResult, { kind: "locked" }>;

async function deployUnlessLocked(
  { root, stack, find, reporter, env }: UpContext,
  { plan, snapshot, before }: PlannedRun,
  request: RequestFile,
  signals: EndSignals,
): Promise<number | Locked> {
  const watch = createEventWatcher({
    reporter,
    progress: new RunProgress(plannedMessages(plan)),
    now: Date.now,
  });
  const pulumi = await find();
  const journals = await watchJournals(snapshot, env);
  reporter.onStart();
  const engine = await runPulumi({
    root,
    stack: stack.full,
    pulumi,
    env: request.env,
    onEvent: (event) => watch.handle(event),
    stop: signals.stop,
  });
  if (engine.kind === "locked") return engine;
  if (engine.kind === "failed" && !watch.erred)
    reporter.onLog({ severity: "error", text: engine.text.trim(), resource: undefined });
  const after = await readState(find, stack.full, { project: plan.project, stack: stack.short });
  // In this case, the outcome is computed from the journals alone.
  if (after.kind === "none") reporter.onNote(`The state cannot be read after the run: ${after.reason}.`);
  const state = after.kind === "none" ? before : after.state;
  const outcome = toOutcome(plan, before, state, {
    failed: engine.kind === "failed" || after.kind === "none",
    differs: watch.refused.has("PLAN_DIFFERS"),
    signal: signals.received,
    touched: watch.touched,
    unsaved: await journals.unsaved(collectRuns(state), () => deployedManifests(snapshot, before)),
  });
  reporter.onEnd(outcome);
  return outcome.exit;
}

function collectRuns({ segments }: StackState): ReadonlySet<string> {
  return new Set(segments.flatMap(({ outputs }) => allQueueLedgers(outputs).flatMap(({ runs }) => runs)));
}

/** Returns the number of messages to push; undefined if it is only known during the run. */
function plannedMessages({ total, manifests }: Plan): number | undefined {
  return manifests.some(({ unresolved }) => unresolved !== null) ? undefined : total.messages;
}
