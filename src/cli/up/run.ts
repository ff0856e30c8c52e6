import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { headCommit } from "../../config/commit.ts";
import { deployer } from "../../config/deployer.ts";
import { readStackConfig } from "../../config/stack-config.ts";
import type { Pulumi } from "../../engine/pulumi.ts";
import { isBrokenCheckpoint } from "../../engine/pulumi-messages.ts";
import { type EngineEnd, runEngine } from "../../engine/run-pulumi.ts";
import { holderBefore } from "../../engine/stack-holder.ts";
import { readState, type StackState } from "../../engine/state.ts";
import { pushDigest } from "../../lifecycle/apply/approval.ts";
import { parseRequest } from "../../lifecycle/protocol/request.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { peopleReport } from "../reporters/people.ts";
import { RunProgress } from "../reporters/progress.ts";
import { recordingReport } from "../reporters/record.ts";
import type { Report } from "../reporters/report.ts";
import { streamReport } from "../reporters/stream.ts";
import { type Facts, pulumiFinder, readFacts, type StackName, stackName } from "../shared/deployment/facts.ts";
import { exits, signalExits } from "../shared/exits.ts";
import { outcomeOf } from "../shared/outcome.ts";
import { checkOutput, writeOutput } from "../shared/output.ts";
import { painter } from "../shared/paint.ts";
import { makePlan } from "../shared/plan/make.ts";
import type { Plan } from "../shared/plan/model.ts";
import { tellProblems } from "../shared/problems/tell.ts";
import { type RequestFile, writeRequest } from "../shared/request-file.ts";
import { type EndSignals, listen } from "../shared/signals.ts";
import { watchJournals } from "../shared/unsaved.ts";
import { refusalOf } from "./agree.ts";
import { watchEvents } from "./events.ts";
import { type Expected, readExpected } from "./expect.ts";
import type { UpFlags } from "./flags.ts";
import { refusalOfLosses } from "./losses.ts";

/** Milliseconds between two attempts to get a stack that another run holds. */
const attemptMs = 2_000;

interface Run {
  readonly root: string;
  readonly flags: UpFlags;
  readonly stack: StackName;
  readonly find: () => Promise<Pulumi>;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly expected: Expected | undefined;
}

/**
 * Validates, plans, asks and deploys.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runUp(root: string, flags: UpFlags, env: NodeJS.ProcessEnv): Promise<number> {
  if (flags.yes !== true && !(process.stdin.isTTY && process.stderr.isTTY)) {
    throw new UsageError("there is no terminal to ask at. Say --yes to deploy without a question.");
  }
  const expected = flags.expect === undefined ? undefined : readExpected(root, flags.expect);
  const find = pulumiFinder(root, env);
  const stack = await stackName(flags.stack, find);
  const plain = flags.json
    ? streamReport((line) => process.stdout.write(line), Date.now)
    : peopleReport({
        write: (text) => process.stderr.write(text),
        terminal: process.stderr.isTTY === true,
        paint: painter(process.stderr),
        now: Date.now,
      });
  const report = recorded(plain, root, flags, stack, env);
  try {
    return await attempts({ root, flags, stack, find, env, report, expected });
  } catch (error) {
    report.ended(error instanceof UsageError ? exits.usage : exits.failed);
    throw error;
  }
}

/** With --run-file, what becomes of the run is written down too. */
function recorded(
  report: Report,
  root: string,
  { runFile }: UpFlags,
  stack: StackName,
  env: NodeJS.ProcessEnv,
): Report {
  if (runFile === undefined) return report;
  const file = resolve(root, runFile);
  checkOutput(file);
  const configured = readStackConfig(root, stack.short).values.get("queue-seeder:by");
  const by = deployer({ env, configured: typeof configured === "string" ? configured : undefined, folder: root });
  const facts = { stack: stack.full, by: by || null, commit: headCommit(root) ?? null };
  return recordingReport(report, facts, (text) => writeOutput(file, text), Date.now);
}

/** Tries until it gets the stack: each time with a plan of its own, since whoever held the stack may have changed it. */
async function attempts(run: Run): Promise<number> {
  const { flags, report } = run;
  const until = flags.wait === true ? Number.POSITIVE_INFINITY : Date.now() + (flags.wait ?? 0) * 1_000;
  let agreed: string | undefined;
  let logged = false;
  for (;;) {
    const facts = await readFacts(run.root, run.stack, run.find, { preview: true });
    if (!tellProblems(facts)) return end(report, exits.failed);
    const before = stateOf(facts);
    const plan = await makePlan(facts, run.env);
    // A person is not asked about a stack that another run holds.
    const held =
      flags.yes === true ? undefined : await holderBefore(await run.find(), { ...run.stack, project: plan.project });
    if (held === undefined && plan.digest !== agreed) {
      report.plan(plan);
      const refusal = (await refusalOf(plan, run)) ?? (await refusalOfLosses(plan, facts, run));
      if (refusal !== undefined) return end(report, refusal);
      agreed = plan.digest;
    }
    const exit = await withDisposable(listen(), async (signals) => {
      signals.onFirst(() => report.stopping());
      const attempt: number | Locked =
        held === undefined ? await deploy(run, plan, { facts, before }, signals) : { kind: "locked", holder: held };
      if (typeof attempt === "number") return attempt;
      const left = until - Date.now();
      if (left <= 0 || signals.received !== undefined) {
        report.locked(attempt.holder, "no");
        return end(report, signals.received === undefined ? exits.locked : signalExits[signals.received]);
      }
      if (!logged) report.locked(attempt.holder, flags.wait === true ? undefined : flags.wait);
      else {
        const limit = Number.isFinite(until) ? until : undefined;
        report.waiting({ reason: "another run holds the stack", until: limit, resource: undefined });
      }
      logged = true;
      await sleep(Math.min(attemptMs, left), undefined, { signal: signals.stop }).catch(() => {});
      if (signals.received !== undefined) return end(report, signalExits[signals.received]);
      return undefined;
    });
    if (exit !== undefined) return exit;
  }
}

/** One run of the engine. @returns the exit code, or who holds the stack */
function deploy(run: Run, plan: Plan, known: Known, signals: EndSignals): Promise<number | Locked> {
  // What a person or a digest agreed to holds until the last moment; a plain --yes agrees to whatever there is.
  const isApproved = run.expected !== undefined || run.flags.yes !== true;
  const approvedPushes = isApproved
    ? plan.review.pushes.map((push) => pushDigest(plan, push))
    : parseRequest(run.env).approvedPushes;
  const request = writeRequest({ plan: plan.digest, approvedPushes, repair: undefined });
  return withDisposable(request, (file) => deployHeld(run, file, plan, known, signals));
}

/** What was known before the run. */
interface Known {
  readonly facts: Facts;
  readonly before: StackState;
}

type Locked = Extract<EngineEnd, { kind: "locked" }>;

async function deployHeld(
  { root, stack, find, report, env }: Run,
  request: RequestFile,
  plan: Plan,
  { facts, before }: Known,
  signals: EndSignals,
): Promise<number | Locked> {
  const watch = watchEvents({ report, progress: new RunProgress(plannedMessages(plan)), now: Date.now });
  const pulumi = await find();
  const journals = await watchJournals(facts, env);
  report.started();
  const engine = await runEngine({
    root,
    stack: stack.full,
    pulumi,
    env: request.env,
    onEvent: (event) => watch.take(event),
    stop: signals.stop,
  });
  if (engine.kind === "locked") return engine;
  if (engine.kind === "failed" && !watch.erred)
    report.said({ severity: "error", text: engine.text.trim(), resource: undefined });
  const after = await readState(find, stack.full, { project: plan.project, stack: stack.short });
  // Then only the journals say what became of it.
  if (after.kind === "none") report.note(`The state cannot be read after the run: ${after.why}.`);
  const state = after.kind === "none" ? before : after.state;
  const outcome = outcomeOf(plan, before, state, {
    failed: engine.kind === "failed" || after.kind === "none",
    differs: watch.refused.has("PLAN_DIFFERS"),
    signal: signals.received,
    touched: watch.touched,
    unsaved: await journals.unsaved(runsOf(state)),
  });
  report.end(outcome);
  return outcome.exit;
}

function runsOf({ segments }: StackState): ReadonlySet<string> {
  return new Set(segments.flatMap(({ outputs }) => [outputs, ...outputs.elsewhere].flatMap(({ runs }) => runs)));
}

/** undefined: only the run itself knows how many. */
function plannedMessages({ total, manifests }: Plan): number | undefined {
  return manifests.some(({ unresolved }) => unresolved !== null) ? undefined : total.messages;
}

/** Only a plan may be made from nothing. */
function stateOf({ state, stack }: Facts): StackState {
  if (state.kind === "read") return state.state;
  const remedies = {
    no_engine: "",
    no_login: "Run `pulumi login`.",
    no_stack: `Run \`pulumi stack init ${stack.full}\`.`,
    unreadable: isBrokenCheckpoint(state.why)
      ? "A kill may have cut off a file of the engine's: docs/failures.md says what to do."
      : "Run `pulumi stack export` to see more.",
  } as const;
  throw new Error(`${stack.full} cannot be deployed: ${state.why}. ${remedies[state.code]}`.trimEnd());
}

function end(report: Report, exit: number): number {
  report.ended(exit);
  return exit;
}
