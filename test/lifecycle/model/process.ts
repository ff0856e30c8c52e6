import { AsyncLocalStorage } from "node:async_hooks";
import type { FileHandle } from "node:fs/promises";
import { virtualClock } from "../../push/fakes.ts";
import type { Fate } from "./api.ts";

/** Faults of a process. Its steps are counted: lines and files of journals, requests, calls to Pulumi. */
export interface Disturbance {
  /** 1-based number of the step at which it is killed. */
  readonly killAt?: number;
  /** Whether the kill is before or after that step, or in the middle of a write. */
  readonly killed?: "before" | "after" | "half";
  /** 1-based number of the step at which Pulumi cancels. */
  readonly cancelAt?: number;
  /** The results of its requests, in order; later requests are accepted. */
  readonly fates?: readonly Fate[];
}

const never = new Promise<never>(() => {});

/** A provider process that can be killed: from then on it takes no step and receives nothing. */
export class Process {
  /** The process whose code is running. */
  static readonly running = new AsyncLocalStorage<Process>();
  readonly token: string;
  readonly cancelled = new AbortController();
  readonly fates: Fate[];
  readonly #disturbance: Disturbance;
  readonly #killed = Promise.withResolvers<"killed">();
  readonly #clock = virtualClock();
  readonly #begin: number;
  #later = 0;
  #steps = 0;
  #underWay = 0;
  /** Open files of the process. */
  readonly handles: FileHandle[] = [];
  isDead = false;

  /** @param number number of the process; each starts an hour after the previous one */
  constructor(number: number, disturbance: Disturbance) {
    this.token = `process-${number}`;
    this.#begin = number * 3_600_000;
    this.#disturbance = disturbance;
    this.fates = [...(disturbance.fates ?? [])];
  }

  /** Resolves once it was killed and none of its operations is in progress. */
  get killed(): Promise<"killed"> {
    return this.#killed.promise;
  }

  readonly clock = {
    now: () => this.#begin + this.#clock.now(),
    elapsed: () => this.#clock.elapsed() + this.#later,
    sleep: (ms: number, signal?: AbortSignal) => this.#alive(this.#clock.sleep(ms, signal)),
  };

  /** Takes a step, or the kill. @param half the partial effect if the process is killed in the middle of it */
  async step<T>(act: () => Promise<T>, half: () => Promise<unknown> = act): Promise<T> {
    if (this.isDead) return never;
    this.#steps += 1;
    const { killAt, killed = "before", cancelAt } = this.#disturbance;
    if (this.#steps === cancelAt) this.cancelled.abort();
    if (this.#steps !== killAt) return this.#alive(this.#counted(act));
    this.isDead = true;
    if (killed === "after") await this.#counted(act);
    else if (killed === "half") await this.#counted(half);
    else this.#settle();
    return never;
  }

  /** Does what the system does after the end of a process. */
  async discard(): Promise<void> {
    // Node would close them later, with a warning.
    await Promise.all(this.handles.map((handle) => handle.close().catch(() => {})));
  }

  /** Ends the run: Pulumi has its results, and cancels as it does at the end of every run. */
  end(): void {
    this.#later = 1_000;
    this.cancelled.abort();
  }

  async #counted<T>(act: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await act();
    } finally {
      this.#underWay -= 1;
      this.#settle();
    }
  }

  #settle(): void {
    if (this.isDead && this.#underWay === 0) this.#killed.resolve("killed");
  }

  async #alive<T>(result: Promise<T>): Promise<T> {
    try {
      const value = await result;
      return this.isDead ? await never : value;
    } catch (error) {
      if (this.isDead) await never;
      throw error;
    }
  }
}
