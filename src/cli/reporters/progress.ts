/** How far a run has come. */
export interface ProgressState {
  readonly pushed: number;
  /** Messages that the plan wants to push; undefined: only the run itself knows how many. */
  readonly planned: number | undefined;
  readonly perSecond: number;
  /** undefined: nothing can be said yet. */
  readonly secondsLeft: number | undefined;
}

/** Adds up what the segments of a run say. The caller says what time it is. */
export class RunProgress {
  readonly #planned: number | undefined;
  readonly #done = new Map<string, number>();
  #startedAt: number | undefined;

  constructor(planned: number | undefined) {
    this.#planned = planned;
  }

  /** @param pushed messages of this run, as far as the segment has come */
  reached(urn: string, pushed: number): void {
    this.#done.set(urn, pushed);
  }

  at(now: number): ProgressState {
    const pushed = [...this.#done.values()].reduce((sum, n) => sum + n, 0);
    this.#startedAt ??= now;
    const seconds = (now - this.#startedAt) / 1_000;
    const perSecond = seconds > 0 ? pushed / seconds : 0;
    // More than the plan wants, as when a journal was lost: then nothing can be said of an end.
    const planned = this.#planned === undefined || pushed > this.#planned ? undefined : this.#planned;
    const secondsLeft = planned === undefined || perSecond === 0 ? undefined : (planned - pushed) / perSecond;
    return { pushed, planned, perSecond, secondsLeft };
  }
}
