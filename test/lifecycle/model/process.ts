import { AsyncLocalStorage } from "node:async_hooks";
import type { FileHandle } from "node:fs/promises";
import { virtualClock } from "../../push/fakes.ts";
import type { Fate } from "./api.ts";

/** What disturbs a process. Its steps are counted: lines and files of journals, requests, questions to the engine. */
export interface Disturbance {
  /** The step at which it is killed. */
  readonly killAt?: number;
  /** Whether that step was taken, or half of it where it writes. */
  readonly killed?: "before" | "after" | "half";
  /** The step at which the engine asks to cancel. */
  readonly cancelAt?: number;
  /** What becomes of its requests, one after the other; those after these are accepted. */
  readonly fates?: readonly Fate[];
}

const never = new Promise<never>(() => {});

/** The process of a provider that can be killed: from then on it takes no step and hears of nothing. */
export class Process {
  /** Whose code it is that runs. */
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
  /** Files that it opened. */
  readonly handles: FileHandle[] = [];
  isDead = false;

  /** @param number of the process: each begins an hour after the one before */
  constructor(number: number, disturbance: Disturbance) {
    this.token = `process-${number}`;
    this.#begin = number * 3_600_000;
    this.#disturbance = disturbance;
    this.fates = [...(disturbance.fates ?? [])];
  }

  /** Resolves once it was killed, and nothing that it began goes on. */
  get killed(): Promise<"killed"> {
    return this.#killed.promise;
  }

  readonly clock = {
    now: () => this.#begin + this.#clock.now(),
    elapsed: () => this.#clock.elapsed() + this.#later,
    sleep: (ms: number, signal?: AbortSignal) => this.#alive(this.#clock.sleep(ms, signal)),
  };

  /** @param half what is left of it when the process is killed in its middle */
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

  /** What the system does with a process that has ended. */
  async discard(): Promise<void> {
    // Node would close them by itself some time, and warn of it.
    await Promise.all(this.handles.map((handle) => handle.close().catch(() => {})));
  }

  /** The engine has its answers, and asks to cancel as it does at the end of every run. */
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
