import { setTimeout as sleep } from "node:timers/promises";
import type { DeliveredMessage, Receiver } from "../emulator/consumers/types.ts";
import { UndeliveredError } from "../emulator/consumers/types.ts";
import { packBatchStream } from "../plan/index.ts";
import { type MessageTrack, trackMessages } from "./message-track.ts";
import { encodeAndDecode } from "./push-format.ts";
import type { MessageReport, RehearsedMessage } from "./types.ts";

export interface WranglerDevSetup {
  /** Name of the queue that `wrangler dev` consumes. */
  readonly name: string;
  readonly messages: AsyncIterable<readonly RehearsedMessage[]>;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: {
    readonly pushed: number;
    readonly finished: number;
    readonly batches: number;
  }) => void;
}

/** Milliseconds before a batch is offered again. */
const againMs = 500;

/**
 * Passes messages to a consumer under `wrangler dev`. From then on, wrangler handles batches, retries and dead letters, and does
 * not report them.
 */
export class WranglerDevRun {
  readonly #setup: WranglerDevSetup;
  readonly #tracks: MessageTrack[] = [];

  constructor(setup: WranglerDevSetup) {
    this.#setup = setup;
  }

  async run(receiver: Receiver): Promise<void> {
    const { name, signal, onProgress } = this.#setup;
    let handed = 0;
    let batches = 0;
    for await (const batch of packBatchStream(trackMessages(this.#setup.messages, this.#tracks))) {
      const offered = encodeAndDecode(batch).map((draft, at): DeliveredMessage => {
        const seq = handed + at;
        const message = {
          ...draft,
          seq,
          delaySeconds: draft.delaySeconds ?? 0,
          arrivedAt: 0,
          dueAt: 0,
          attempts: 1,
          leased: true,
        };
        return { id: String(seq), message, attempts: 1 };
      });
      if (!(await this.#offer(receiver, name, offered, signal))) return;
      for (const { message } of offered) this.#tracks[message.seq]?.end("handed_over");
      handed += offered.length;
      batches += 1;
      onProgress?.({ pushed: handed, finished: handed, batches });
    }
  }

  report(): { readonly messages: readonly MessageReport[]; readonly batches: readonly [] } {
    return { messages: this.#tracks.map((track) => track.report()), batches: [] };
  }

  /** @returns whether the batch was accepted before the signal was aborted */
  async #offer(
    receiver: Receiver,
    name: string,
    batch: readonly DeliveredMessage[],
    signal: AbortSignal,
  ): Promise<boolean> {
    while (!signal.aborted) {
      try {
        if (receiver.ready()) {
          await receiver.deliver(name, batch, { backlogCount: 0, backlogBytes: 0, oldestArrivedAt: 0 });
          return true;
        }
      } catch (error) {
        if (!(error instanceof UndeliveredError)) throw error;
      }
      // wrangler may still be starting or rebuilding.
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }
}
