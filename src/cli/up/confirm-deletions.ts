import type { Pulumi } from "../../engine/pulumi.ts";
import { toPrintable } from "../../printable.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { confirmByTyping } from "../shared/confirm.ts";
import { isProductionStack, type StackSnapshot } from "../shared/deployment/stack-snapshot.ts";
import { exitCodes } from "../shared/exit-codes.ts";
import { fetchLiveMetrics } from "../shared/live-metrics.ts";
import type { Plan } from "../shared/plan/model.ts";
import { isDeletion, type QueueChange } from "../shared/plan/queue-changes.ts";
import { queueChangeText } from "../shared/plan/text.ts";
import type { UpFlags } from "./flags.ts";

interface DeletionOptions {
  readonly flags: Pick<UpFlags, "yes" | "deleteQueue">;
  readonly reporter: Pick<Reporter, "onNote">;
  readonly find: () => Promise<Pulumi>;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Requires confirmation for each queue that the run would delete or replace, by typing its name or with `--delete-queue`: its
 * messages cannot be restored. A queue that is empty according to the API needs none, except in a production stack.
 *
 * @returns the exit code if a deletion is not confirmed; otherwise undefined
 */
export async function confirmDeletions(
  plan: Plan,
  snapshot: StackSnapshot,
  asked: DeletionOptions,
): Promise<number | undefined> {
  const { flags, reporter } = asked;
  for (const loss of await findDeletions(plan, snapshot, asked)) {
    const { name } = loss;
    if (flags.deleteQueue.includes(name)) continue;
    const what = queueChangeText(loss);
    if (flags.yes !== true && (await confirmByTyping(`The ${what}. Type its name to confirm:`, name))) continue;
    reporter.onNote(
      `QUEUE_DELETION: nothing was pushed. The ${what}. If this is intended, pass \`--delete-queue ${toPrintable(name)}\`.`,
    );
    return exitCodes.failed;
  }
  return undefined;
}

async function findDeletions(
  plan: Plan,
  snapshot: StackSnapshot,
  { find, env }: DeletionOptions,
): Promise<readonly QueueChange[]> {
  const all = plan.queueChanges.filter(isDeletion);
  if (all.length === 0 || isProductionStack(snapshot)) return all;
  const answers = await fetchLiveMetrics(snapshot, all, find, env);
  const now = new Date().toISOString();
  return all.flatMap((loss) => {
    const answer = typeof answers === "string" ? undefined : answers.get(loss.name);
    // A queue whose metrics are unavailable may contain messages.
    if (answer?.kind !== "metrics") return [loss];
    const { metrics } = answer;
    return metrics.backlog_count === 0 ? [] : [{ ...loss, backlog: { metrics, at: now } }];
  });
}
