import type { Failure } from "../../cloudflare/index.ts";
import type { QueueRef } from "../../types.ts";
import type { LogEvent } from "../host.ts";
import type { SegmentInputs } from "../state/segment.ts";
import type { QueueReader } from "./queue-reader.ts";

/**
 * Codes that leave no doubt, whatever call they answer: no push could succeed.
 *
 * Source: https://developers.cloudflare.com/queues/reference/error-codes/ and the API's OpenAPI document.
 */
const fatalCodes: readonly number[] = [
  6003, // malformed credentials
  7000, // no such route, or a malformed account
  7003,
  9106, // no credentials
  10104, // no such queue
  10107, // malformed queue id
  11000, // no such queue
];

/** Codes that tell of the token and the account, and so hold for every queue. 10000 stands for a missing permission too. */
const deniedCodes: readonly number[] = [9109, 10000, 10001, 10106];

/**
 * Asks for each queue before its first push, and stops what cannot succeed before anything is sent. What it cannot find out
 * stops nothing: a token that may push but not look is refused the question, and a network that fails now may be well in a
 * moment. Then the push itself is the truth, and its refusal sends nothing either.
 */
export class Preflight {
  readonly #queueReader: Pick<QueueReader, "getQueue">;
  /** By account: a push was refused, as every further one would be. */
  readonly #denied = new Map<string, Failure>();
  readonly #pauseLogged = new Set<string>();

  constructor(queueReader: Pick<QueueReader, "getQueue">) {
    this.#queueReader = queueReader;
  }

  /** @returns why nothing can be pushed to the queue; undefined: nothing is known against it */
  async check(inputs: SegmentInputs, log: LogEvent): Promise<Failure | undefined> {
    const answer = await this.#queueReader.getQueue(inputs);
    const denied = this.#denied.get(inputs.accountId);
    if (denied !== undefined) return denied;
    if (answer.kind === "failed") return isFatal(answer.failure) ? answer.failure : undefined;
    // Who requires that it is not paused is refused, and needs no warning.
    if (answer.value.delivery_paused === true && !inputs.requires?.notPaused) await this.#logPaused(inputs, log);
    return undefined;
  }

  /** What a push's failure means beside what is known already, and remembers it where it holds for all. */
  async explainFailure(queue: QueueRef, failure: Failure): Promise<Failure> {
    if (!isDenial(failure)) return failure;
    const answer = await this.#queueReader.getQueue(queue);
    const judged = answer.kind === "ok" ? { ...failure, remedy: isReadDenied } : failure;
    this.#denied.set(queue.accountId, judged);
    return judged;
  }

  async #logPaused({ queueId, queue, resourceUrn }: SegmentInputs, log: LogEvent): Promise<void> {
    if (this.#pauseLogged.has(queueId)) return;
    this.#pauseLogged.add(queueId);
    await log({ kind: "queue_paused", queue }, resourceUrn);
  }
}

const isReadDenied =
  "The token can look at the queue, but may not push to it. Give it the permission Account › Queues › Edit.";

function isFatal({ code, status }: Failure): boolean {
  if (code === undefined) return false;
  // Under 403 it may be the question alone that is not allowed.
  return fatalCodes.includes(code) || (code === 10000 && status === 401);
}

function isDenial({ code }: Failure): boolean {
  return code !== undefined && deniedCodes.includes(code);
}
