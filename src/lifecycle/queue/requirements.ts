import type { Failure } from "../../cloudflare/index.ts";
import { formatCount, formatNumber } from "../../format.ts";
import type { QueueRef, QueueRequirements } from "../../types.ts";
import type { QueueReader } from "./queue-reader.ts";

/** Compares a queue with what a manifest requires. @returns a sentence for each requirement that is not met, with what to do */
export async function findUnmetRequirements(
  queue: QueueRef,
  { consumer, notPaused, maxBacklog }: QueueRequirements,
  reader: QueueReader,
): Promise<string[]> {
  const faults: string[] = [];
  if (consumer || notPaused) {
    const answer = await reader.getQueue(queue);
    if (answer.kind === "failed") faults.push(unreadableQueue("The queue", answer.failure));
    else {
      const { consumers_total_count: consumers, delivery_paused: paused } = answer.value;
      if (consumer && (consumers ?? 0) === 0)
        faults.push("It has no consumer. Deploy one first, or remove `requires.consumer`.");
      if (notPaused && paused !== false)
        faults.push("Its delivery is paused. Resume it, or remove `requires.not_paused`.");
    }
  }
  if (maxBacklog !== undefined) {
    const answer = await reader.metrics(queue);
    if (answer.kind === "failed") faults.push(unreadableQueue("Its backlog", answer.failure));
    else if (answer.value.backlog_count > maxBacklog) {
      const { backlog_count: backlog } = answer.value;
      faults.push(
        `Its backlog has ${formatCount(backlog, "message")}, more than ${formatNumber(maxBacklog)}. Wait, or raise \`requires.max_backlog\`.`,
      );
    }
  }
  return faults;
}

function unreadableQueue(subject: string, { message, remedy }: Failure): string {
  return `${subject} cannot be looked at: ${message}. ${remedy}`;
}
