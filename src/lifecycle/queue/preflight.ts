import type { Failure } from "../../cloudflare/index.ts";
import type { QueueRef } from "../../types.ts";
import type { LogEvent } from "../host.ts";
import type { SegmentInputs } from "../state/segment.ts";
import type { QueueReader } from "./queue-reader.ts";

/**
 * Codes after which no push can succeed, whatever call returned them.
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

/** Codes that concern the token and the account, and therefore every queue. 10000 also means a missing permission. */
const deniedCodes: readonly number[] = [9109, 10000, 10001, 10106];

/**
 * Reads each queue before its first push and stops pushes that cannot succeed before anything is sent. A failed read does not
 * stop a push: a token may allow pushes but not reads, and a network error may be temporary. In that case the response to the
 * push decides, and a rejected push sends nothing either.
 */
export class Preflight {
  readonly #queueReader: Pick<QueueReader, "getQueue">;
  /** By account id: the failure of a rejected push, which every further push would repeat. */
  readonly #denied = new Map<string, Failure>();
  readonly #pauseLogged = new Set<string>();

  constructor(queueReader: Pick<QueueReader, "getQueue">) {
    this.#queueReader = queueReader;
  }

  /** @returns why nothing can be pushed to the queue, undefined if nothing is known to prevent it */
  async check(inputs: SegmentInputs, log: LogEvent): Promise<Failure | undefined> {
    const answer = await this.#queueReader.getQueue(inputs);
    const denied = this.#denied.get(inputs.accountId);
    if (denied !== undefined) return denied;
    if (answer.kind === "failed") return isFatal(answer.failure) ? answer.failure : undefined;
    // A manifest that requires `not_paused` is rejected, so it needs no warning.
    if (answer.value.delivery_paused === true && !inputs.requires?.notPaused) await this.#logPaused(inputs, log);
    return undefined;
  }

  /** Adds what a read of the queue reveals to a push's failure, and stores failures that apply to the whole account. */
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
  // With status 403, possibly only the read is not permitted.
  return fatalCodes.includes(code) || (code === 10000 && status === 401);
}

function isDenial({ code }: Failure): boolean {
  return code !== undefined && deniedCodes.includes(code);
}
