/** The progress of a run. */
export interface ProgressState {
  readonly pushed: number;
  /** Number of messages to push according to the plan; undefined if it is not known before the run. */
  readonly planned: number | undefined;
  readonly perSecond: number;
  /** Estimated seconds left; undefined if they cannot be estimated. */
  readonly secondsLeft: number | undefined;
}

/** Sums the progress of a run's segments. Times are passed in by the caller, in milliseconds. */
export class RunProgress {
  readonly #planned: number | undefined;
  readonly #done = new Map<string, number>();
  #startedAt: number | undefined;

  constructor(planned: number | undefined) {
    this.#planned = planned;
  }

  /** Records the progress of a segment. @param pushed number of its messages that this run has pushed so far */
  reached(urn: string, pushed: number): void {
    this.#done.set(urn, pushed);
  }

  at(now: number): ProgressState {
    const pushed = [...this.#done.values()].reduce((sum, n) => sum + n, 0);
    this.#startedAt ??= now;
    const seconds = (now - this.#startedAt) / 1_000;
    const perSecond = seconds > 0 ? pushed / seconds : 0;
    // If more is pushed than planned, for example because a journal was lost, the end cannot be estimated.
    const planned = this.#planned === undefined || pushed > this.#planned ? undefined : this.#planned;
    const secondsLeft = planned === undefined || perSecond === 0 ? undefined : (planned - pushed) / perSecond;
    return { pushed, planned, perSecond, secondsLeft };
  }
}
