import type { ProviderHost } from "../host.ts";
import type { RunEventOfKind } from "../protocol/events.ts";
import type { SegmentInputs } from "../state/segment.ts";

/** Minimum milliseconds between two transient progress lines, and between two that are kept in the log of a pipeline. */
const logIntervalMs = { passing: 1_000, lasting: 30_000 } as const;

/** Reports the progress of a push on the resource's line: messages pushed, rate, time left. */
export class Progress {
  readonly #inputs: SegmentInputs;
  readonly #total: number;
  readonly #host: Pick<ProviderHost, "clock" | "log">;
  readonly #startedAt: number;
  #loggedAt: number;
  #keptAt: number;
  #pushedAt: number;
  #done = 0;

  /** @param total number of messages that the run is to push */
  constructor(inputs: SegmentInputs, total: number, host: Pick<ProviderHost, "clock" | "log">) {
    this.#inputs = inputs;
    this.#total = total;
    this.#host = host;
    this.#startedAt = this.#loggedAt = this.#keptAt = this.#pushedAt = host.clock.elapsed();
  }

  /** When messages were last pushed, or when the push began, in milliseconds of the clock's `elapsed`. */
  get pushedAt(): number {
    return this.#pushedAt;
  }

  pushed(messages: number): void {
    this.#done += messages;
    const now = this.#host.clock.elapsed();
    this.#pushedAt = now;
    if (this.#done >= this.#total || now - this.#loggedAt < logIntervalMs.passing) return;
    this.#loggedAt = now;
    const lasting = now - this.#keptAt >= logIntervalMs.lasting;
    if (lasting) this.#keptAt = now;
    // Not awaited: a late progress line is harmless, a delayed push is not.
    void this.#host.log(this.#event(now), this.#inputs.resourceUrn, lasting ? undefined : "passing");
  }

  #event(now: number): RunEventOfKind<"progress"> {
    const perSecond = (this.#done * 1_000) / (now - this.#startedAt);
    const secondsLeft = Math.ceil((this.#total - this.#done) / perSecond);
    return { kind: "progress", pushed: this.#done, total: this.#total, perSecond, secondsLeft };
  }
}
