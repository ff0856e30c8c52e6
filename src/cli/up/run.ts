import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { headCommit } from "../../config/commit.ts";
import { findDeployer } from "../../config/deployer.ts";
import { readStackConfig } from "../../config/stack-config.ts";
import { findLockHolder } from "../../engine/find-lock-holder.ts";
import type { Pulumi } from "../../engine/pulumi.ts";
import { isBrokenCheckpoint } from "../../engine/pulumi-internals/cli-messages.ts";
import { readState, type StackState } from "../../engine/read-state.ts";
import { type EngineResult, runPulumi } from "../../engine/run-pulumi.ts";
import { pushDigest } from "../../lifecycle/apply/approval.ts";
import { allQueueLedgers } from "../../lifecycle/ledger/queue-ledgers.ts";
import { parseRequest } from "../../lifecycle/protocol/request.ts";
import { matchesStack } from "../../manifest/stack-patterns.ts";
import { pulumiCommand } from "../../package-manager.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { createHumanReporter } from "../reporters/human.ts";
import { createJsonReporter } from "../reporters/json.ts";
import { RunProgress } from "../reporters/progress.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { createResultFileReporter } from "../reporters/result-file.ts";
import {
  createPulumiFinder,
  loadStackSnapshot,
  resolveStackName,
  type StackName,
  type StackSnapshot,
} from "../shared/deployment/stack-snapshot.ts";
import { type EndSignals, listenForSignals } from "../shared/end-signals.ts";
import { exitCodes, signalExitCodes } from "../shared/exit-codes.ts";
import { toOutcome } from "../shared/outcome.ts";
import { checkOutput, writeOutput } from "../shared/output.ts";
import { createPainter } from "../shared/paint.ts";
import { makePlan } from "../shared/plan/make-plan.ts";
import type { Plan } from "../shared/plan/model.ts";
import { printProblems } from "../shared/problems/print-problems.ts";
import { type RequestFile, writeRequestFile } from "../shared/request-file.ts";
import { watchJournals } from "../shared/unsaved-pushes.ts";
import { confirmDeletions } from "./confirm-deletions.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { createEventWatcher } from "./engine-events.ts";
import { type ExpectedPlan, readExpectedPlan } from "./expected-plan.ts";
import type { UpFlags } from "./flags.ts";

/** Milliseconds between two attempts to deploy to a stack that another run has locked. */
const attemptMs = 2_000;

interface Run {
  readonly root: string;
  readonly flags: UpFlags;
  readonly stack: StackName;
  readonly find: () => Promise<Pulumi>;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Reporter;
  readonly expected: ExpectedPlan | undefined;
}

/**
 * Validates, plans, asks for confirmation and deploys.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runUp(root: string, flags: UpFlags, env: NodeJS.ProcessEnv): Promise<number> {
  if (flags.yes !== true && !(process.stdin.isTTY && process.stderr.isTTY)) {
    throw new UsageError("there is no terminal to ask at. Say --yes to deploy without a question.");
  }
  const expected = flags.expect === undefined ? undefined : readExpectedPlan(root, flags.expect);
  const find = createPulumiFinder(root, env);
  const stack = await resolveStackName(flags.stack, find);
  const plain =
    flags.format === "json"
      ? createJsonReporter((line) => process.stdout.write(line), Date.now)
      : createHumanReporter({
          write: (text) => process.stderr.write(text),
          terminal: process.stderr.isTTY === true,
          paint: createPainter(process.stderr),
          now: Date.now,
          cancel: pulumiCommand("cancel", root, env),
        });
  const reporter = withResultFile(plain, root, flags, stack, env);
  try {
    return await runAttempts({ root, flags, stack, find, env, report: reporter, expected });
  } catch (error) {
    reporter.onEnded(error instanceof UsageError ? exitCodes.usage : exitCodes.failed);
    throw error;
  }
}

/** With --run-file, wraps the reporter so that it also writes the result to that file. @throws UsageError */
function withResultFile(
  reporter: Reporter,
  root: string,
  { runFile }: UpFlags,
  stack: StackName,
  env: NodeJS.ProcessEnv,
): Reporter {
  if (runFile === undefined) return reporter;
  const file = resolve(root, runFile);
  checkOutput(file);
  const configured = readStackConfig(root, stack.short).values.get("queue-seeder:by");
  const by = findDeployer({ env, configured: typeof configured === "string" ? configured : undefined, folder: root });
  const snapshot = { stack: stack.full, by: by || null, commit: headCommit(root) ?? null };
  return createResultFileReporter(reporter, snapshot, (text) => writeOutput(file, text), Date.now);
}

/** Retries until the stack is not locked. Each attempt makes a new plan, since the other run may have changed the stack. */
async function runAttempts(run: Run): Promise<number> {
  const { flags, report: reporter } = run;
  const until = flags.wait === true ? Number.POSITIVE_INFINITY : Date.now() + (flags.wait ?? 0) * 1_000;
  let agreed: string | undefined;
  let logged = false;
  for (;;) {
    const snapshot = await loadStackSnapshot(run.root, run.stack, run.find, { preview: true });
    if (!printProblems(snapshot)) return end(reporter, exitCodes.failed);
    const before = loadState(snapshot, run.env);
    const plan = await makePlan(snapshot, run.env);
    // Does not ask for confirmation while another run has locked the stack.
    const held =
      flags.yes === true ? undefined : await findLockHolder(await run.find(), { ...run.stack, project: plan.project });
    if (held === undefined && plan.digest !== agreed) {
      reporter.onPlan(plan);
      const refusal =
        (await confirmPlan(plan, { ...run, isProduction: isProductionStack(snapshot) })) ??
        (await confirmDeletions(plan, snapshot, run));
      if (refusal !== undefined) return end(reporter, refusal);
      agreed = plan.digest;
    }
    const exit = await withDisposable(listenForSignals(), async (signals) => {
      signals.onFirst(() => reporter.onStopping());
      const attempt: number | Locked =
        held === undefined
          ? await deploy(run, plan, { facts: snapshot, before }, signals)
          : { kind: "locked", holder: held };
      if (typeof attempt === "number") return attempt;
      const left = until - Date.now();
      if (left <= 0 || signals.received !== undefined) {
        reporter.onLocked(attempt.holder, "no");
        return end(reporter, signals.received === undefined ? exitCodes.locked : signalExitCodes[signals.received]);
      }
      if (!logged) reporter.onLocked(attempt.holder, flags.wait === true ? undefined : flags.wait);
      else {
        const limit = Number.isFinite(until) ? until : undefined;
        reporter.onWait({ reason: "another run holds the stack", until: limit, resource: undefined });
      }
      logged = true;
      await sleep(Math.min(attemptMs, left), undefined, { signal: signals.stop }).catch(() => {});
      if (signals.received !== undefined) return end(reporter, signalExitCodes[signals.received]);
      return undefined;
    });
    if (exit !== undefined) return exit;
  }
}

/** Runs Pulumi once. @returns the exit code, or the holder of the lock if another run has locked the stack */
function deploy(run: Run, plan: Plan, known: KnownState, signals: EndSignals): Promise<number | Locked> {
  // A confirmation or --expect approves exactly the pushes of this plan; --yes alone approves whatever the run pushes.
  const isApproved = run.expected !== undefined || run.flags.yes !== true;
  const approvedPushes = isApproved
    ? plan.review.pushes.map((push) => pushDigest(plan, push))
    : parseRequest(run.env).approvedPushes;
  const request = writeRequestFile({ plan: plan.digest, approvedPushes, repair: undefined });
  return withDisposable(request, (file) => deployUnlessLocked(run, file, plan, known, signals));
}

/** The snapshot and the state before the run. */
interface KnownState {
  readonly facts: StackSnapshot;
  readonly before: StackState;
}

type Locked = Extract<EngineResult, { kind: "locked" }>;

async function deployUnlessLocked(
  { root, stack, find, report: reporter, env }: Run,
  request: RequestFile,
  plan: Plan,
  { facts: snapshot, before }: KnownState,
  signals: EndSignals,
): Promise<number | Locked> {
  const watch = createEventWatcher({
    report: reporter,
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
    unsaved: await journals.unsaved(collectRuns(state)),
  });
  reporter.onEnd(outcome);
  return outcome.exit;
}

function isProductionStack({ settings, stack }: StackSnapshot): boolean {
  return matchesStack(settings.production, stack.short);
}

function collectRuns({ segments }: StackState): ReadonlySet<string> {
  return new Set(segments.flatMap(({ outputs }) => allQueueLedgers(outputs).flatMap(({ runs }) => runs)));
}

/** Returns the number of messages to push; undefined if it is only known during the run. */
function plannedMessages({ total, manifests }: Plan): number | undefined {
  return manifests.some(({ unresolved }) => unresolved !== null) ? undefined : total.messages;
}

/** Returns the state. @throws Error if it is unavailable: unlike a plan, a deployment requires it */
function loadState({ root, state, stack }: StackSnapshot, env: NodeJS.ProcessEnv): StackState {
  if (state.kind === "read") return state.state;
  const pulumi = (args: string) => `\`${pulumiCommand(args, root, env)}\``;
  const remedies = {
    no_engine: "",
    no_login: `Run ${pulumi("login")}, or ${pulumi("login file://~/.pulumi-state")} to keep the state on this machine.`,
    no_stack: `Run ${pulumi(`stack init ${stack.full}`)}.`,
    unreadable: isBrokenCheckpoint(state.reason)
      ? "A killed run may have left a truncated state file: see docs/failures.md."
      : `Run ${pulumi("stack export")} to see more.`,
  } as const;
  throw new Error(`${stack.full} cannot be deployed: ${state.reason}. ${remedies[state.code]}`.trimEnd());
}

function end(reporter: Reporter, exit: number): number {
  reporter.onEnded(exit);
  return exit;
}
