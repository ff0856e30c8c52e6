import type { ExportFiles } from "./export-files.ts";
import type { ExportHost } from "./export-host.ts";
import { type OnWait, pause } from "./retry-call.ts";

/** Milliseconds after which a queue is asked again. */
export const pauseMs = 500;

/** Longest visibility timeout, and therefore the longest wait for leases. */
const longestLeaseMs = 12 * 3_600_000;

/** The leases of messages that are neither acknowledged nor given back, after whose end the queue delivers the messages again. */
export class OpenLeases {
  readonly #files: ExportFiles;
  readonly #host: ExportHost;
  readonly #onWait: OnWait;
  /** When the last one ends, in milliseconds since the epoch. */
  #endMs: number;
  /** Whether a lost response may have leased messages. */
  #lostPull = false;
  /** Latest possible end of the leases of an interrupted run, in milliseconds since the epoch. */
  readonly #earlierEndMs: number;

  constructor(files: ExportFiles, host: ExportHost, onWait: OnWait) {
    this.#files = files;
    this.#host = host;
    this.#onWait = onWait;
    this.#earlierEndMs = files.earlierVisibilityMs === 0 ? 0 : host.clock.now() + files.earlierVisibilityMs;
    this.#endMs = files.leaseEndsMs;
  }

  /** Records leases. @param endMs when they end at the latest, in milliseconds since the epoch */
  add(endMs: number): void {
    this.#endMs = Math.max(this.#endMs, endMs);
  }

  /** Records that the response to a pull was lost, which may have leased messages for `visibilityMs`. */
  addLostPull(visibilityMs: number): void {
    this.#lostPull = true;
    this.add(this.#host.clock.now() + visibilityMs);
  }

  /**
   * Checks whether messages may return when leases end: they are written but not acknowledged, or their response was lost.
   *
   * @param isMoreReported whether the queue reports more messages than this run holds, or reported nothing yet
   */
  mayReturnMessages(isMoreReported: boolean): boolean {
    // A run may have been killed between a pull and its first progress line; in that case the queue reports messages.
    if (isMoreReported) this.add(this.#earlierEndMs);
    else if (this.#files.unsettled.size === 0 && !this.#lostPull) return false;
    const isOpen = this.#files.unsettled.size > 0 || this.#lostPull || this.#earlierEndMs > 0;
    return isOpen && this.#host.clock.now() < this.#endMs;
  }

  /** Waits until the leases have ended, or the run is interrupted. */
  async waitForEnd(): Promise<void> {
    const { clock, stop } = this.#host;
    const ms = Math.min(this.#endMs - clock.now(), longestLeaseMs);
    if (ms <= 0) return;
    if (ms >= 2_000) this.#onWait(Math.ceil(ms / 1000), "leases of messages that are not acknowledged still run");
    await pause(clock, ms + pauseMs, stop);
  }
}
