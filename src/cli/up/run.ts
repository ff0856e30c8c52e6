import { resolve } from "node:path";
import { headCommit } from "../../config/commit.ts";
import { findDeployer } from "../../config/deployer.ts";
import { readStackConfig } from "../../config/stack-config.ts";
import { findLockHolder } from "../../engine/find-lock-holder.ts";
import { isBrokenCheckpoint } from "../../engine/pulumi-internals/cli-messages.ts";
import type { StackState } from "../../engine/read-state.ts";
import { pulumiCommand } from "../../package-manager.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { createHumanReporter } from "../reporters/human.ts";
import { createJsonReporter } from "../reporters/json.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { createResultFileReporter } from "../reporters/result-file.ts";
import {
  createPulumiFinder,
  isProductionStack,
  loadStackSnapshot,
  resolveStackName,
  type StackSnapshot,
} from "../shared/deployment/stack-snapshot.ts";
import { listenForSignals } from "../shared/end-signals.ts";
import { exitCodes } from "../shared/exit-codes.ts";
import { checkOutput, writeOutput } from "../shared/output.ts";
import { createPainter } from "../shared/paint.ts";
import { makePlan } from "../shared/plan/make-plan.ts";
import { printProblems } from "../shared/problems/print-problems.ts";
import { confirmDeletions } from "./confirm-deletions.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { deployPlan, type Locked, type PlannedRun, type UpContext } from "./deploy-plan.ts";
import { readExpectedPlan } from "./expected-plan.ts";
import type { UpFlags } from "./flags.ts";
import { createLockWait } from "./lock-wait.ts";

/**
 * Validates, plans, asks for confirmation and deploys.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runUp(root: string, flags: UpFlags, env: NodeJS.ProcessEnv): Promise<number> {
  if (flags.yes !== true && !(process.stdin.isTTY && process.stderr.isTTY)) {
    throw new UsageError("there is no terminal to prompt on. Pass --yes to deploy without confirmation.");
  }
  const expected = flags.expect === undefined ? undefined : readExpectedPlan(root, flags.expect);
  const find = createPulumiFinder(root, env);
  const stack = await resolveStackName(flags.stack, find);
  const context = { root, flags, stack, find, env, expected };
  const reporter = withResultFile(createReporter(context), context);
  try {
    return await runAttempts({ ...context, reporter });
  } catch (error) {
    reporter.onEnded(error instanceof UsageError ? exitCodes.usage : exitCodes.failed);
    throw error;
  }
}

function createReporter({ root, flags, env }: Pick<UpContext, "root" | "flags" | "env">): Reporter {
  if (flags.format === "json") return createJsonReporter((line) => process.stdout.write(line), Date.now);
  return createHumanReporter({
    write: (text) => process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    paint: createPainter(process.stderr),
    now: Date.now,
    cancel: pulumiCommand("cancel", root, env),
  });
}

/** With --run-file, wraps the reporter so that it also writes the result to that file. @throws UsageError */
function withResultFile(
  reporter: Reporter,
  { root, flags, stack, env }: Pick<UpContext, "root" | "flags" | "stack" | "env">,
): Reporter {
  if (flags.runFile === undefined) return reporter;
  const file = resolve(root, flags.runFile);
  checkOutput(file);
  const configured = readStackConfig(root, stack.short).values.get("queue-seeder:by");
  const by = findDeployer({ env, configured: typeof configured === "string" ? configured : undefined, folder: root });
  const snapshot = { stack: stack.full, by: by || null, commit: headCommit(root) ?? null };
  return createResultFileReporter(reporter, snapshot, (text) => writeOutput(file, text), Date.now);
}

/** Retries until the stack is not locked. Each attempt makes a new plan, since the other run may have changed the stack. */
async function runAttempts(context: UpContext): Promise<number> {
  const { flags, reporter } = context;
  const waitForLock = createLockWait(flags.wait, reporter);
  let agreed: string | undefined;
  for (;;) {
    const run = await planRun(context);
    if (run === undefined) return end(reporter, exitCodes.failed);
    const { plan } = run;
    // Does not ask for confirmation while another run has locked the stack.
    const holder =
      flags.yes === true
        ? undefined
        : await findLockHolder(await context.find(), { ...context.stack, project: plan.project });
    if (holder === undefined && plan.digest !== agreed) {
      const refusal = await confirmRun(context, run);
      if (refusal !== undefined) return end(reporter, refusal);
      agreed = plan.digest;
    }
    const exit = await withDisposable(listenForSignals(), async (signals) => {
      signals.onFirst(() => reporter.onStopping());
      const attempt: number | Locked =
        holder === undefined ? await deployPlan(context, run, signals) : { kind: "locked", holder };
      return typeof attempt === "number" ? attempt : waitForLock(attempt.holder, signals);
    });
    if (exit !== undefined) return exit;
  }
}

/** Reads the stack and makes a plan. @returns undefined if the manifests have errors, which are printed */
async function planRun({ root, stack, find, env }: UpContext): Promise<PlannedRun | undefined> {
  const snapshot = await loadStackSnapshot(root, stack, find, { preview: true });
  if (!printProblems(snapshot)) return undefined;
  const before = readStateOrThrow(snapshot, env);
  return { snapshot, before, plan: await makePlan(snapshot, env) };
}

/** Shows a plan and asks for confirmation. @returns the exit code if the plan must not be deployed; otherwise undefined */
async function confirmRun(context: UpContext, { plan, snapshot }: PlannedRun): Promise<number | undefined> {
  context.reporter.onPlan(plan);
  const isProduction = isProductionStack(snapshot);
  return (await confirmPlan(plan, { ...context, isProduction })) ?? (await confirmDeletions(plan, snapshot, context));
}

/** Returns the state. @throws Error if it is unavailable: unlike a plan, a deployment requires it */
function readStateOrThrow({ root, state, stack }: StackSnapshot, env: NodeJS.ProcessEnv): StackState {
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
