import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { headCommit } from "../../config/commit.ts";
import { findDeployer } from "../../config/deployer.ts";
import { readStackConfig } from "../../config/stack-config.ts";
import { findLockHolder } from "../../engine/find-lock-holder.ts";
import { isBrokenCheckpoint } from "../../engine/pulumi-internals/cli-messages.ts";
import type { StackState } from "../../engine/read-state.ts";
import { matchesStack } from "../../manifest/stack-patterns.ts";
import { pulumiCommand } from "../../package-manager.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { createHumanReporter } from "../reporters/human.ts";
import { createJsonReporter } from "../reporters/json.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { createResultFileReporter } from "../reporters/result-file.ts";
import {
  createPulumiFinder,
  loadStackSnapshot,
  resolveStackName,
  type StackName,
  type StackSnapshot,
} from "../shared/deployment/stack-snapshot.ts";
import { listenForSignals } from "../shared/end-signals.ts";
import { exitCodes, signalExitCodes } from "../shared/exit-codes.ts";
import { checkOutput, writeOutput } from "../shared/output.ts";
import { createPainter } from "../shared/paint.ts";
import { makePlan } from "../shared/plan/make-plan.ts";
import { printProblems } from "../shared/problems/print-problems.ts";
import { confirmDeletions } from "./confirm-deletions.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { deployPlan, type Locked, type UpContext } from "./deploy-plan.ts";
import { readExpectedPlan } from "./expected-plan.ts";
import type { UpFlags } from "./flags.ts";

/** Milliseconds between two attempts to deploy to a stack that another run has locked. */
const attemptMs = 2_000;

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
    return await runAttempts({ root, flags, stack, find, env, reporter, expected });
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
async function runAttempts(context: UpContext): Promise<number> {
  const { flags, reporter } = context;
  const until = flags.wait === true ? Number.POSITIVE_INFINITY : Date.now() + (flags.wait ?? 0) * 1_000;
  let agreed: string | undefined;
  let logged = false;
  for (;;) {
    const snapshot = await loadStackSnapshot(context.root, context.stack, context.find, { preview: true });
    if (!printProblems(snapshot)) return end(reporter, exitCodes.failed);
    const before = loadState(snapshot, context.env);
    const plan = await makePlan(snapshot, context.env);
    // Does not ask for confirmation while another run has locked the stack.
    const held =
      flags.yes === true
        ? undefined
        : await findLockHolder(await context.find(), { ...context.stack, project: plan.project });
    if (held === undefined && plan.digest !== agreed) {
      reporter.onPlan(plan);
      const refusal =
        (await confirmPlan(plan, { ...context, isProduction: isProductionStack(snapshot) })) ??
        (await confirmDeletions(plan, snapshot, context));
      if (refusal !== undefined) return end(reporter, refusal);
      agreed = plan.digest;
    }
    const exit = await withDisposable(listenForSignals(), async (signals) => {
      signals.onFirst(() => reporter.onStopping());
      const attempt: number | Locked =
        held === undefined
          ? await deployPlan(context, plan, { snapshot, before }, signals)
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

function isProductionStack({ settings, stack }: StackSnapshot): boolean {
  return matchesStack(settings.production, stack.short);
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
