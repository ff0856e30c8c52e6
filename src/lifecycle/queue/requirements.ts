import type { Failure } from "../../cloudflare/index.ts";
import { formatCount, formatNumber } from "../../format.ts";
import type { QueueRef, QueueRequirements } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { SegmentInputs } from "../state/segment.ts";
import type { QueueReader } from "./queue-reader.ts";

/**
 * Checks once per queue, requirements and process whether the queue meets what manifests require. A backlog that grows because of
 * this run must not stop it halfway.
 */
export class RequirementChecker {
  readonly #faults = new Map<string, Promise<string[]>>();

  /** @throws SeederError if the queue does not meet the requirements, with all that is missing and what to do */
  async check(
    { queueId, accountId, requires, queue, manifest }: SegmentInputs,
    queueReader: QueueReader,
  ): Promise<void> {
    if (requires === undefined) return;
    const key = JSON.stringify([accountId, queueId, requires]);
    const asked = this.#faults.get(key) ?? findUnmet({ accountId, queueId }, requires, queueReader);
    this.#faults.set(key, asked);
    const faults = await asked;
    if (faults.length === 0) return;
    throw new SeederError(
      "REQUIREMENT_NOT_MET",
      `nothing of ${manifest} was pushed to ${queue}.\n${faults.join("\n")}`,
    );
  }
}

async function findUnmet(
  queue: QueueRef,
  { consumer, notPaused, maxBacklog }: QueueRequirements,
  queueReader: QueueReader,
): Promise<string[]> {
  const faults: string[] = [];
  if (consumer || notPaused) {
    const answer = await queueReader.getQueue(queue);
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
    const answer = await queueReader.metrics(queue);
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
