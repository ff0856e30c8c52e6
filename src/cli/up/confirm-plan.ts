import { formatCount } from "../../format.ts";
import { toPrintableLines } from "../../printable.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { confirm, confirmByTyping } from "../shared/confirm.ts";
import { exitCodes } from "../shared/exit-codes.ts";
import { isRefused, type Plan, toEditCode } from "../shared/plan/model.ts";
import { formatSize } from "../shared/plan/text.ts";
import { type ExpectedPlan, matchesExpected } from "./expected-plan.ts";
import type { UpFlags } from "./flags.ts";

interface ConfirmOptions {
  readonly flags: Pick<UpFlags, "yes">;
  readonly reporter: Pick<Reporter, "onNote">;
  /** The reviewed plan; undefined if `--expect` was not given. */
  readonly expected: ExpectedPlan | undefined;
  /** Whether the stack is a production stack, whose name the user has to type. */
  readonly isProduction: boolean;
  /** Where to ask; by default the terminal. */
  readonly terminal?: readonly [input: NodeJS.ReadableStream, output: NodeJS.WritableStream];
}

/**
 * Checks whether a plan may be deployed, asks for confirmation if necessary, and reports why it is not deployed.
 *
 * @returns the exit code if the plan must not be deployed; otherwise undefined
 */
export async function confirmPlan(
  plan: Plan,
  { flags, reporter, expected, isProduction, terminal = [process.stdin, process.stderr] }: ConfirmOptions,
): Promise<number | undefined> {
  if (isRefused(plan)) {
    reporter.onNote(formatRefusal(plan));
    return exitCodes.failed;
  }
  const { program } = plan;
  if (program.kind === "files") {
    // Without the preview, what the program deploys beyond these files could not be reviewed.
    reporter.onNote(
      `Nothing was pushed. Pulumi's preview failed: ${toPrintableLines(program.reason ?? "no preview was run")}`,
    );
    return exitCodes.failed;
  }
  if (expected !== undefined && !matchesExpected(plan, expected)) {
    reporter.onNote(
      `PLAN_DIFFERS: nothing was pushed. The current plan is ${plan.digest}, but ${expected.digest} was reviewed.`,
    );
    return exitCodes.differs;
  }
  if (flags.yes === true) return undefined;
  const question = formatQuestion(plan);
  const isAgreed = await (isProduction
    ? confirmByTyping(`${question} Type the name of the stack to confirm:`, plan.stack, ...terminal)
    : confirm(question, ...terminal));
  if (isAgreed) return undefined;
  reporter.onNote("Nothing was pushed.");
  return exitCodes.failed;
}

/** Formats the provider's refusals, combined for all manifests. */
function formatRefusal({ manifests, address }: Plan): string {
  const codes = new Set(manifests.flatMap(({ edited }) => edited.map(toEditCode)));
  return [
    "Nothing was pushed.",
    ...(address.refusal === undefined ? [] : [address.refusal]),
    ...(codes.has("MESSAGE_EDITED")
      ? ["MESSAGE_EDITED: restore the message's body, or give it another id to push it as a new message."]
      : []),
    ...(codes.has("DATA_FILE_EDITED")
      ? [
          "DATA_FILE_EDITED: restore the rows, since a data file is append-only; or accept the edited ones with `queue-seeder baseline`.",
        ]
      : []),
    ...manifests.flatMap(({ refusals }) => refusals),
  ].join("\n");
}

function formatQuestion({ stack, total, manifests, queueChanges }: Plan): string {
  const open = manifests.some(({ unresolved }) => unresolved !== null);
  const changes = queueChanges.length === 0 ? [] : [`${formatCount(queueChanges.length, "queue")} to change`];
  const what = [formatSize(total), ...(open ? ["plus what is only known during the run"] : []), ...changes];
  return `Deploy ${stack} (${what.join(", ")})?`;
}
