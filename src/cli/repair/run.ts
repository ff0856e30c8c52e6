import { runEngine } from "../../engine/run-pulumi.ts";
import { emptyState } from "../../engine/state.ts";
import type { RepairRequest } from "../../lifecycle/protocol/request.ts";
import { toPrintable } from "../../printable.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { confirmed } from "../shared/confirm.ts";
import { pulumiFinder, readFacts, stackName } from "../shared/deployment/facts.ts";
import { tellProblems } from "../shared/problems/tell.ts";
import { writeRequest } from "../shared/request-file.ts";
import { listen } from "../shared/signals.ts";
import type { RepairFlags } from "./flags.ts";
import { placeNamed, placesOf } from "./places.ts";
import { collectRepair, repairResult } from "./result.ts";
import { targetsOf } from "./targets.ts";

/** What is going to happen, in the words of the question. */
const doing = {
  baseline: "Mark as pushed, without pushing",
  forget: "Let the next run push again",
  settle_pushed: "Take as pushed, and never send again,",
  settle_resend: "Let the next run send again, though they may arrive twice,",
} as const satisfies Record<RepairRequest["action"], string>;

/**
 * Repairs the ledger of one manifest, in a run of the engine that touches nothing else and pushes nothing.
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
    throw new UsageError("there is no terminal to ask at. Say --yes to change the ledger without a question.");
  }
  const find = pulumiFinder(root, env);
  const stack = await stackName(flags.stack, find);
  const facts = await readFacts(root, stack, find);
  if (!tellProblems(facts)) return 1;
  const places = placesOf(facts);
  const location = placeNamed(asked.manifest, places, stack.short);
  const state = facts.state.kind === "read" ? facts.state.state : emptyState;
  const targets = targetsOf(asked.action, location, places, state);
  const repair: RepairRequest = { ...asked, manifest: location.name, segments: location.segments };
  if (flags.yes !== true && !(await confirmed(`${questionOf(repair)} in ${stack.full}?`))) {
    process.stderr.write("The ledger is as it was.\n");
    return 1;
  }
  const pulumi = await find();
  const events = collectRepair();
  const request = writeRequest({ plan: undefined, approvedPushes: undefined, repair });
  const end = await withDisposable(request, ({ env: more }) =>
    withDisposable(listen(), ({ stop }) =>
      runEngine({ root, stack: stack.full, pulumi, env: more, targets, onEvent: (event) => events.take(event), stop }),
    ),
  );
  const { lines, exit } = repairResult(end, events, repair.messages && new Set(repair.messages).size);
  process.stderr.write(lines.map((line) => `${toPrintable(line)}\n`).join(""));
  return exit;
}

function questionOf({ action, manifest, messages }: RepairRequest): string {
  const which = messages === undefined ? "all messages it can be about" : messages.join(", ");
  return `${doing[action]} ${which} of ${manifest}`;
}
