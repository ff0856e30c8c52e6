import { emptyState } from "../../engine/state.ts";
import { toPrintable } from "../../printable.ts";
import { pulumiFinder, readFacts, stackName } from "../shared/deployment/facts.ts";
import { liveMetrics } from "../shared/live-metrics.ts";
import { painter } from "../shared/paint.ts";
import { jsonText } from "../shared/plan/json.ts";
import { makePlan } from "../shared/plan/make.ts";
import { tellProblems } from "../shared/problems/tell.ts";
import type { StatusFlags } from "./flags.ts";
import { statusOf } from "./model.ts";
import { ledgerText, statusText } from "./text.ts";

/** Changes when what is there changes its meaning; docs/schemas/status.schema.json has every key. */
const version = 1;

/**
 * Shows a stack as it stands.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runStatus(root: string, flags: StatusFlags, env: NodeJS.ProcessEnv): Promise<number> {
  const find = pulumiFinder(root, env);
  const facts = await readFacts(root, await stackName(flags.stack, find), find);
  // Of a stack that was never deployed everything is known.
  if (facts.state.kind === "none" && facts.state.code !== "no_stack") {
    tellProblems(facts);
    const what = `Nobody can say what was pushed to ${facts.stack.full}: ${facts.state.why}.`;
    process.stderr.write(`${toPrintable(what)}\n`);
    return 1;
  }
  const state = facts.state.kind === "read" ? facts.state.state : emptyState;
  if (!tellProblems(facts)) {
    if (!flags.json) process.stdout.write(ledgerText(state));
    return 1;
  }
  const plan = await makePlan(facts, env);
  const status = statusOf(plan, state, await liveMetrics(facts, plan.queues, find, env));
  if (flags.json) process.stdout.write(jsonText({ version, kind: "status", ...status }));
  else process.stdout.write(statusText(status, painter(process.stdout)));
  return 0;
}
