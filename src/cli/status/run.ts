import { emptyState } from "../../engine/read-state.ts";
import { toPrintable } from "../../printable.ts";
import { createPulumiFinder, loadStackSnapshot, resolveStackName } from "../shared/deployment/stack-snapshot.ts";
import { fetchLiveMetrics } from "../shared/live-metrics.ts";
import { createPainter } from "../shared/paint.ts";
import { jsonText } from "../shared/plan/json.ts";
import { makePlan } from "../shared/plan/make-plan.ts";
import { printProblems } from "../shared/problems/print-problems.ts";
import type { StatusFlags, StatusFormat } from "./flags.ts";
import { type Status, statusExitCode, toStatus } from "./model.ts";
import { statusMetrics } from "./prometheus.ts";
import { ledgerText, statusText } from "./text.ts";

/** Incremented when an existing key changes its meaning; docs/schemas/status.schema.json describes every key. */
const version = 1;

/**
 * Prints the status of a stack.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runStatus(root: string, flags: StatusFlags, env: NodeJS.ProcessEnv): Promise<number> {
  const find = createPulumiFinder(root, env);
  const snapshot = await loadStackSnapshot(root, await resolveStackName(flags.stack, find), find);
  // For a stack that was never deployed (`no_stack`), the status is known without a state.
  if (snapshot.state.kind === "none" && snapshot.state.code !== "no_stack") {
    printProblems(snapshot);
    const what = `Cannot determine what was pushed to ${snapshot.stack.full}: ${snapshot.state.reason}.`;
    process.stderr.write(`${toPrintable(what)}\n`);
    return 1;
  }
  const state = snapshot.state.kind === "read" ? snapshot.state.state : emptyState;
  if (!printProblems(snapshot)) {
    if (flags.format === "text") process.stdout.write(ledgerText(state));
    return 1;
  }
  const plan = await makePlan(snapshot, env);
  const status = toStatus(plan, state, await fetchLiveMetrics(snapshot, plan.queues, find, env));
  process.stdout.write(formatStatus(status, flags.format));
  return flags.exitCode ? statusExitCode(status) : 0;
}

function formatStatus(status: Status, format: StatusFormat): string {
  switch (format) {
    case "text":
      return statusText(status, createPainter(process.stdout), Date.now());
    case "json":
      return jsonText({ version, kind: "status", ...status });
    case "prometheus":
      return statusMetrics(status, Date.now());
  }
}
