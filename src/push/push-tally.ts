import type { Failure } from "../cloudflare/index.ts";
import type { QueueMetrics } from "../types.ts";
import type { BatchOutcome, PushReport } from "./types.ts";

/** Adds up the results of a run. */
export class PushTally {
  readonly #messages = { pushed: 0, inDoubt: 0, notSent: 0, possibleDuplicates: 0 };
  readonly #unpushed: PushReport["unpushed"][number][] = [];
  readonly #now: () => number;
  #metrics: { readonly of: QueueMetrics; readonly at: number } | undefined;
  #requests = 0;
  #retries = 0;
  #waitedMs = 0;

  /** @param now wall-clock time in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  addOutcome(outcome: BatchOutcome): void {
    const { length } = outcome.batch;
    switch (outcome.state) {
      case "pushed":
        this.#messages.pushed += length;
        if (outcome.possibleDuplicate) this.#messages.possibleDuplicates += outcome.duplicates?.size ?? length;
        if (outcome.metrics !== undefined) this.#metrics = { of: outcome.metrics, at: this.#now() };
        return;
      case "inDoubt":
        this.#messages.inDoubt += length;
        break;
      case "notSent":
        this.#messages.notSent += length;
        break;
    }
    this.#unpushed.push(outcome);
  }

  addRequest(isRetry: boolean): void {
    this.#requests += 1;
    if (isRetry) this.#retries += 1;
  }

  addWait(ms: number): void {
    this.#waitedMs += ms;
  }

  /** Builds the report. @param finished whether the source was read to its end */
  report({
    failure,
    exception,
    finished,
  }: Pick<PushReport, "failure" | "exception"> & { finished: boolean }): PushReport {
    return {
      messages: { ...this.#messages },
      unpushed: this.#unpushed,
      failure,
      exception,
      stopped: failure === undefined && (!finished || this.#unpushed.length > 0),
      metrics: this.#metrics?.of,
      metricsAt: this.#metrics?.at,
      requests: this.#requests,
      retries: this.#retries,
      waitedMs: this.#waitedMs,
    };
  }
}

/** Converts an exception to the failure that ends a run. The caller judges the interrupted request. */
export function exceptionToFailure(exception: unknown, retry: Failure["retry"]): Failure {
  return {
    retry,
    message: exception instanceof Error ? exception.message : String(exception),
    remedy: "Run it again: messages that were pushed are not pushed again.",
    status: undefined,
    code: undefined,
    documentationUrl: undefined,
  };
}
