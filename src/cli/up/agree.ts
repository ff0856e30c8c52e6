import { formatCount } from "../../format.ts";
import { toPrintable } from "../../printable.ts";
import type { Report } from "../reporters/report.ts";
import { confirmed } from "../shared/confirm.ts";
import { exits } from "../shared/exits.ts";
import { editCode, isRefused, type Plan } from "../shared/plan/model.ts";
import { loadText } from "../shared/plan/text.ts";
import { type Expected, isExpected } from "./expect.ts";
import type { UpFlags } from "./flags.ts";

interface Asked {
  readonly flags: Pick<UpFlags, "yes">;
  readonly report: Pick<Report, "note">;
  /** What was reviewed; undefined: nothing was. */
  readonly expected: Expected | undefined;
}

/** Why a plan is not to be deployed, as an exit code, once it was told. */
export async function refusalOf(plan: Plan, { flags, report, expected }: Asked): Promise<number | undefined> {
  if (isRefused(plan)) {
    report.note(refusedText(plan));
    return exits.failed;
  }
  const { program } = plan;
  if (program.kind === "files") {
    // What the engine does beyond these files nobody would have agreed to.
    report.note(`Nothing was pushed. The engine's preview failed: ${toPrintable(program.why ?? "it was not asked")}`);
    return exits.failed;
  }
  if (expected !== undefined && !isExpected(plan, expected)) {
    report.note(`PLAN_DIFFERS: nothing was pushed. The plan is ${plan.digest}, and ${expected.digest} was reviewed.`);
    return exits.differs;
  }
  if (flags.yes === true || (await confirmed(questionOf(plan)))) return undefined;
  report.note("Nothing was pushed.");
  return exits.failed;
}

/** What the provider would say, of all manifests together. */
function refusedText({ manifests, address }: Plan): string {
  const codes = new Set(manifests.flatMap(({ edited }) => edited.map(editCode)));
  return [
    "Nothing was pushed.",
    ...(address.refusal === undefined ? [] : [address.refusal]),
    ...(codes.has("MESSAGE_EDITED")
      ? ["MESSAGE_EDITED: restore the message's body, or give it another id to push it as a new message."]
      : []),
    ...(codes.has("DATA_FILE_EDITED")
      ? [
          "DATA_FILE_EDITED: restore the rows, for a data file only grows; or have `queue-seeder baseline` accept them as they are.",
        ]
      : []),
    ...manifests.flatMap(({ refusals }) => refusals),
  ].join("\n");
}

function questionOf({ stack, total, manifests, queueChanges }: Plan): string {
  const open = manifests.some(({ unresolved }) => unresolved !== null);
  const changes = queueChanges.length === 0 ? [] : [`${formatCount(queueChanges.length, "queue")} to change`];
  const what = [loadText(total), ...(open ? ["and what only the run will know"] : []), ...changes];
  return `Deploy ${stack} (${what.join(", ")})?`;
}
