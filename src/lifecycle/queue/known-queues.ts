import { type ErrorConcern, type Failure, findConcern } from "../../cloudflare/index.ts";
import { formatCount, formatNumber } from "../../format.ts";
import { createStoppedQueues, type StoppedQueues } from "../../push/index.ts";
import type { QueueRef, QueueRequirements } from "../../types.ts";
import { SeederError } from "../errors.ts";
import type { LogEvent } from "../host.ts";
import type { SegmentInputs } from "../state/segment.ts";
import type { QueueReader } from "./queue-reader.ts";

/** What a failure is about after which no push can succeed, whatever call returned it. */
const fatalConcerns: ReadonlySet<ErrorConcern | undefined> = new Set<ErrorConcern>([
  "credentials",
  "route",
  "queue_id",
  "queue_missing",
]);

/**
 * Holds what a run has learned of its queues, for all pushes of the process: what the API answered to reads, which requirements are
 * met, and why pushes were rejected. Each queue is read before its first push, and a push that cannot succeed sends nothing.
 *
 * A failed read does not stop a push: a token may allow pushes but not reads, and a network error may be temporary. In that case
 * the response to the push decides, and a rejected push sends nothing either.
 */
export class KnownQueues {
  readonly reader: QueueReader;
  /** The queues that rejected a push for a reason that applies to every message. */
  readonly stopped: StoppedQueues = createStoppedQueues();
  /** By account id: the failure of a rejected push, which every further push would repeat. */
  readonly #denied = new Map<string, Failure>();
  /** By queue and requirements: a backlog that grows because of this run must not stop it halfway. */
  readonly #unmet = new Map<string, Promise<readonly string[]>>();
  readonly #pauseLogged = new Set<string>();

  constructor(reader: QueueReader) {
    this.reader = reader;
  }

  /** Returns why nothing can be pushed to the queue, undefined if nothing is known to prevent it. Logs if its delivery is paused. */
  async findObstacle(inputs: SegmentInputs, log: LogEvent): Promise<Failure | undefined> {
    const answer = await this.reader.getQueue(inputs);
    const denied = this.#denied.get(inputs.accountId);
    if (denied !== undefined) return denied;
    if (answer.kind === "failed") return isFatal(answer.failure) ? answer.failure : undefined;
    // A manifest that requires `not_paused` is rejected, so it needs no warning.
    if (answer.value.delivery_paused === true && !inputs.requires?.notPaused) await this.#logPaused(inputs, log);
    return undefined;
  }

  /**
   * Checks once whether the queue meets what a manifest requires.
   *
   * @throws SeederError REQUIREMENT_NOT_MET with all that is missing and what to do
   */
  async assertRequirements({ queueId, accountId, requires, queue, manifest }: SegmentInputs): Promise<void> {
    if (requires === undefined) return;
    const key = JSON.stringify([accountId, queueId, requires]);
    const checked = this.#unmet.get(key) ?? findUnmetRequirements({ accountId, queueId }, requires, this.reader);
    this.#unmet.set(key, checked);
    const unmet = await checked;
    if (unmet.length === 0) return;
    throw new SeederError(
      "REQUIREMENT_NOT_MET",
      `nothing from ${manifest} was pushed to ${queue}.\n${unmet.join("\n")}`,
    );
  }

  /** Adds what a read of the queue reveals to a push's failure, and stores failures that apply to the whole account. */
  async explainFailure(queue: QueueRef, failure: Failure): Promise<Failure> {
    if (!isDenial(failure)) return failure;
    const answer = await this.reader.getQueue(queue);
    const explained = answer.kind === "ok" ? { ...failure, remedy: pushDeniedRemedy } : failure;
    this.#denied.set(queue.accountId, explained);
    return explained;
  }

  async #logPaused({ queueId, queue, resourceUrn }: SegmentInputs, log: LogEvent): Promise<void> {
    if (this.#pauseLogged.has(queueId)) return;
    this.#pauseLogged.add(queueId);
    await log({ kind: "queue_paused", queue }, resourceUrn);
  }
}

const pushDeniedRemedy =
  "The token can read the queue, but not push to it. Give it the permission Account › Queues › Edit.";

function isFatal(failure: Failure): boolean {
  // 10000 also means a missing permission: with status 403, possibly only the read is not permitted.
  return fatalConcerns.has(findConcern(failure)) || (failure.code === 10000 && failure.status === 401);
}

/** Reports whether a failure is about the permissions of the token, and therefore about every queue. */
function isDenial(failure: Failure): boolean {
  return findConcern(failure) === "permission";
}

/** Compares a queue with what a manifest requires. @returns a sentence for each requirement that is not met, with what to do */
async function findUnmetRequirements(
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
  return `${subject} cannot be read: ${message}. ${remedy}`;
}
