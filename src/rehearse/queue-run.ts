import type { QueuedMessage } from "../emulator/broker/types.ts";
import { type HandlerResult, toBatchResult } from "../emulator/consumers/batch-result.ts";
import type { DeliveredMessage } from "../emulator/consumers/types.ts";
import { packBatchStream } from "../plan/index.ts";
import type { Batch } from "../types.ts";
import type { Consumer, HandlerRun } from "./consumer.ts";
import { type MessageTrack, trackMessages } from "./message-track.ts";
import { encodeAndDecode } from "./push-format.ts";
import { RehearsalQueue } from "./rehearsal-queue.ts";
import type {
  BatchTrace,
  ConsumerSettings,
  IsolatedTrace,
  MessageReport,
  RehearsedMessage,
  RetryCause,
} from "./types.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface QueueRunSetup {
  /** Name of the queue, as the consumer sees it. */
  readonly name: string;
  readonly settings: ConsumerSettings;
  readonly consumer: Consumer;
  /** Messages in the order of their push, in blocks. */
  readonly messages: AsyncIterable<readonly RehearsedMessage[]>;
  /** Ends the run; messages that have not ended are `unfinished`. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: QueueProgress) => void;
}

export interface QueueProgress {
  /** Number of messages pushed so far. */
  readonly pushed: number;
  /** Number of pushed messages that have ended. */
  readonly finished: number;
  /** Number of calls of the handler. */
  readonly batches: number;
}

/** Maximum number of messages waiting in the queue, so that memory use does not depend on the size of a data file. */
const backlogLimit = 10_000;
/** Maximum number of messages that are delivered alone at the end, to find those that cause failures. */
const isolatedLimit = 1_000;

/**
 * Pushes messages to a queue of the emulator and delivers them until all have ended. One batch is delivered at a time, regardless of
 * the consumer's concurrency, so that console output can be attributed to it.
 */
export class QueueRun {
  readonly #setup: QueueRunSetup;
  readonly #queue: RehearsalQueue;
  readonly #source: AsyncIterator<Batch>;
  /** Indexed by order of arrival in the queue, which is the order of the pushes. */
  readonly #tracks: MessageTrack[] = [];
  readonly #batches: BatchTrace[] = [];
  /** Messages of failed batches, by the same index. */
  readonly #suspects = new Map<number, DeliveredMessage>();
  #sourceEnded = false;
  #pushed = 0;
  #finished = 0;
  #calls = 0;

  constructor(setup: QueueRunSetup) {
    this.#setup = setup;
    this.#queue = new RehearsalQueue(setup.name, setup.settings);
    this.#source = packBatchStream(trackMessages(this.#setup.messages, this.#tracks));
  }

  /** @throws errors of the message source, and Error if the runtime does not restart */
  async run(): Promise<void> {
    const { signal } = this.#setup;
    while (!signal.aborted) {
      await this.#fill();
      const decision = this.#queue.decide();
      if (decision.kind === "idle") break;
      if (decision.kind === "wait") this.#queue.skipTo(decision.until);
      else await this.#deliver(decision.count);
    }
    if (!signal.aborted) {
      for (const track of this.#tracks) track.expire();
    }
    await this.#deliverSuspects();
  }

  /** Returns the results so far. */
  report(): { readonly messages: readonly MessageReport[]; readonly batches: readonly BatchTrace[] } {
    return { messages: this.#tracks.map((track) => track.report()), batches: this.#batches };
  }

  /** Pushes until a batch is ready or nothing is left to push. */
  async #fill(): Promise<void> {
    const { signal } = this.#setup;
    while (!this.#sourceEnded && !signal.aborted) {
      if (this.#queue.backlog >= backlogLimit || this.#queue.isBatchFull) return;
      const next = await this.#source.next();
      if (next.done) {
        this.#sourceEnded = true;
        return;
      }
      this.#queue.push(encodeAndDecode(next.value));
      this.#pushed += next.value.length;
      this.#progress();
    }
  }

  async #deliver(count: number): Promise<void> {
    const { consumer, name, signal } = this.#setup;
    const batch = this.#queue.lease(count);
    const run = await unlessAborted(consumer.deliver(name, batch, this.#queue.metrics), signal);
    if (run === undefined) return;
    this.#calls += 1;
    this.#recordBatch(run, batch.length);
    const { acks, retries } = toBatchResult(
      run.result,
      batch.map(({ id }) => id),
    );
    for (const index of acks) this.#acknowledge(batch[index] as DeliveredMessage);
    for (const { index, delaySeconds } of retries) {
      const cause = causeOf(run.result, batch[index]?.id ?? "");
      this.#retry(batch[index] as DeliveredMessage, delaySeconds, cause, batch.length);
    }
    this.#progress();
  }

  #recordBatch({ outcome, exception, console, omittedLines }: HandlerRun, size: number): void {
    if (outcome === "ok" && console.length === 0) return;
    this.#batches.push({ number: this.#calls, size, outcome, exception, console, omittedLines });
  }

  #acknowledge({ message, attempts: attempt }: DeliveredMessage): void {
    this.#queue.acknowledge(message);
    this.#track(message).deliver({ attempt, batch: this.#calls, result: "acknowledged" });
    this.#track(message).end("acknowledged");
    this.#finished += 1;
  }

  #retry(delivered: DeliveredMessage, asked: number | undefined, cause: RetryCause, batchSize: number): void {
    const { settings } = this.#setup;
    const { message, attempts: attempt } = delivered;
    const { deadLettered } = this.#queue.retry(message, asked);
    const track = this.#track(message);
    const delaySeconds = asked ?? settings.retryDelay;
    track.deliver({
      attempt,
      batch: this.#calls,
      result: "retried",
      cause,
      delaySeconds: deadLettered > 0 ? undefined : delaySeconds,
    });
    if (cause === "failure" && batchSize > 1) this.#suspects.set(message.seq, delivered);
    if (cause === "failure" && batchSize === 1) track.failedAlone = true;
    if (deadLettered === 0) return;
    track.end(settings.deadLetterQueue === undefined ? "deleted" : "dead_lettered");
    this.#finished += 1;
  }

  /** Delivers messages of failed batches again, one per batch: a single message can make a whole batch fail. */
  async #deliverSuspects(): Promise<void> {
    const { consumer, name, signal } = this.#setup;
    let left = isolatedLimit;
    for (const [seq, delivered] of this.#suspects) {
      const track = this.#tracks[seq] as MessageTrack;
      if (track.outcome === "acknowledged" || track.failedAlone) continue;
      if (signal.aborted || left === 0) return;
      left -= 1;
      const metrics = { backlogCount: 0, backlogBytes: 0, oldestArrivedAt: 0 };
      const run = await unlessAborted(consumer.deliver(name, [delivered], metrics), signal);
      if (run === undefined) return;
      const { retries } = toBatchResult(run.result, [delivered.id]);
      track.isolated = isolatedTrace(run, retries.length === 0 ? "acknowledged" : "retried");
    }
  }

  #track({ seq }: QueuedMessage): MessageTrack {
    return this.#tracks[seq] as MessageTrack;
  }

  #progress(): void {
    this.#setup.onProgress?.({ pushed: this.#pushed, finished: this.#finished, batches: this.#calls });
  }
}

function isolatedTrace(
  { outcome, exception, console, omittedLines }: HandlerRun,
  result: IsolatedTrace["result"],
): IsolatedTrace {
  return { outcome, exception, console, omittedLines, result };
}

function causeOf({ retryMessages, retryBatch }: HandlerResult, id: string): RetryCause {
  if (retryMessages.some(({ msgId }) => msgId === id)) return "message";
  return retryBatch.retry ? "batch" : "failure";
}
