import type { Pulumi } from "../../engine/pulumi.ts";
import { matchesStack } from "../../manifest/stack-patterns.ts";
import { toPrintable } from "../../printable.ts";
import type { Report } from "../reporters/report.ts";
import { askedFor } from "../shared/confirm.ts";
import type { Facts } from "../shared/deployment/facts.ts";
import { exits } from "../shared/exits.ts";
import { liveMetrics } from "../shared/live-metrics.ts";
import type { Plan } from "../shared/plan/model.ts";
import { isLoss, type QueueChange } from "../shared/plan/queues.ts";
import { queueChangeText } from "../shared/plan/text.ts";
import type { UpFlags } from "./flags.ts";

interface Asked {
  readonly flags: Pick<UpFlags, "yes" | "deleteQueue">;
  readonly report: Pick<Report, "note">;
  readonly find: () => Promise<Pulumi>;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Has somebody agree to each queue that the run would delete or replace, by its name: nothing brings its messages back. A
 * queue that the API says is empty may go unasked, but for a production stack.
 *
 * @returns the exit code where nobody agreed
 */
export async function refusalOfLosses(plan: Plan, facts: Facts, asked: Asked): Promise<number | undefined> {
  const { flags, report } = asked;
  for (const loss of await losses(plan, facts, asked)) {
    const { name } = loss;
    if (flags.deleteQueue.includes(name)) continue;
    const what = queueChangeText(loss);
    if (flags.yes !== true && (await askedFor(`The ${what}. Type its name to agree:`, name))) continue;
    report.note(
      `QUEUE_DELETION: nothing was pushed. The ${what}. Where that is meant, say \`--delete-queue ${toPrintable(name)}\`.`,
    );
    return exits.failed;
  }
  return undefined;
}

async function losses(plan: Plan, facts: Facts, { find, env }: Asked): Promise<readonly QueueChange[]> {
  const all = plan.queueChanges.filter(isLoss);
  if (all.length === 0 || matchesStack(facts.settings.production, facts.stack.short)) return all;
  const answers = await liveMetrics(facts, all, find, env);
  const now = new Date().toISOString();
  return all.flatMap((loss) => {
    const answer = typeof answers === "string" ? undefined : answers.get(loss.name);
    // A queue that nobody could ask may hold anything.
    if (answer?.kind !== "metrics") return [loss];
    const { metrics } = answer;
    return metrics.backlog_count === 0 ? [] : [{ ...loss, backlog: { metrics, at: now } }];
  });
}
