import { emptyState } from "../../engine/read-state.ts";
import { type EngineEvent, type EngineResult, type EngineRun, runPulumi } from "../../engine/run-pulumi.ts";
import type { RepairRequest } from "../../lifecycle/protocol/request.ts";
import { toPrintable } from "../../printable.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { confirm } from "../shared/confirm.ts";
import { createPulumiFinder, loadStackSnapshot, resolveStackName } from "../shared/deployment/stack-snapshot.ts";
import { listenForSignals } from "../shared/end-signals.ts";
import { printProblems } from "../shared/problems/print-problems.ts";
import { repairMessage } from "../shared/repair-message.ts";
import { writeRequestFile } from "../shared/request-file.ts";
import { collectRepair, toRepairResult } from "./collect-result.ts";
import { findByName, findDeployedSegments } from "./deployed-segments.ts";
import type { RepairFlags } from "./flags.ts";
import { selectTargets } from "./select-targets.ts";

/** The start of the confirmation question for each action. */
const actionLabels = {
  baseline: "Mark as pushed, without pushing",
  forget: "Let the next run push again",
  settle_pushed: "Record as pushed, and never send again,",
  settle_resend: "Let the next run send again, though they may arrive twice,",
} as const satisfies Record<RepairRequest["action"], string>;

/**
 * Repairs the ledger of one manifest with a targeted run of Pulumi that changes nothing else and pushes nothing.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runRepair(
  root: string,
  asked: Omit<RepairRequest, "segments">,
  flags: RepairFlags,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const terminal = process.stdin.isTTY && process.stderr.isTTY;
  if (flags.yes !== true && !terminal) {
    throw new UsageError("there is no terminal to prompt on. Pass --yes to change the ledger without confirmation.");
  }
  const find = createPulumiFinder(root, env);
  const stack = await resolveStackName(flags.stack, find);
  const snapshot = await loadStackSnapshot(root, stack, find);
  if (!printProblems(snapshot)) return 1;
  const deployed = findDeployedSegments(snapshot);
  const segment = findByName(asked.manifest, deployed, stack.short);
  const state = snapshot.state.kind === "read" ? snapshot.state.state : emptyState;
  const targets = selectTargets(asked, segment, deployed, state);
  const repair: RepairRequest = { ...asked, manifest: segment.name, segments: segment.segments };
  if (flags.yes !== true && !(await confirm(`${formatQuestion(repair)} in ${stack.full}?`))) {
    process.stderr.write("The ledger was not changed.\n");
    return 1;
  }
  const pulumi = await find();
  const events = collectRepair();
  const onEvent = (event: EngineEvent) => events.take(event);
  const end = await runTargeted(repair, { root, stack: stack.full, pulumi, targets, onEvent });
  const { lines, exit } = toRepairResult(end, events, repair.messages && new Set(repair.messages).size);
  process.stderr.write(lines.map((line) => `${toPrintable(line)}\n`).join(""));
  return exit;
}

/** Runs Pulumi for the targets alone, with the repair as its request. */
function runTargeted(
  repair: RepairRequest,
  run: Pick<EngineRun, "root" | "stack" | "pulumi" | "targets" | "onEvent">,
): Promise<EngineResult> {
  const request = writeRequestFile({ plan: undefined, approvedPushes: undefined, repair });
  return withDisposable(request, ({ env }) =>
    withDisposable(listenForSignals(), ({ stop }) => runPulumi({ ...run, env, message: repairMessage(repair), stop })),
  );
}

function formatQuestion({ action, manifest, messages }: RepairRequest): string {
  const which = messages === undefined ? "all eligible messages" : messages.join(", ");
  return `${actionLabels[action]} ${which} of ${manifest}`;
}
