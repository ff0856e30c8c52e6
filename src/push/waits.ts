import type { Failure } from "../cloudflare/index.ts";
import { debug } from "../debug.ts";
import { formatDuration } from "../format.ts";

/** A wait of a run. Times are milliseconds of the clock's `elapsed`. */
export interface Wait {
  /** The reason, as a clause. */
  readonly reason: string;
  /** When the wait ends at the latest. */
  readonly until: number;
}

/** The current waits of a run, for display. */
export class Waits {
  readonly #open = new Set<Wait>();

  /** Begins a wait. @returns a function that ends it */
  begin(wait: Wait): () => void {
    const open = { ...wait };
    this.#open.add(open);
    debug("wait", () => ({ until: wait.until, reason: wait.reason }));
    return () => {
      this.#open.delete(open);
    };
  }

  /** Records a wait for the duration of a promise. */
  async during<T>(wait: Wait, promise: Promise<T>): Promise<T> {
    const end = this.begin(wait);
    try {
      return await promise;
    } finally {
      end();
    }
  }

  /** The wait that ends first; undefined if there is none. */
  get next(): Wait | undefined {
    let next: Wait | undefined;
    for (const wait of this.#open) if (next === undefined || wait.until < next.until) next = wait;
    return next;
  }
}

/** Thrown if a wait would exceed the maximum. */
export class WaitTooLongError extends Error {
  override name = "WaitTooLongError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Builds the failure that ends a run instead of a wait.
 *
 * @param reason of the wait, as a clause
 * @param ms the wait from now on, in milliseconds
 * @param mostMs the maximum wait, in milliseconds
 */
export function waitTooLongFailure(reason: string, ms: number, mostMs: number): Failure {
  const [asked, most] = [ms, mostMs].map((each) => formatDuration(each / 1000));
  return {
    retry: "after_wait",
    message: `${reason}, and the next attempt would be in ${asked}: a run waits for at most ${most}`,
    remedy: "Run it again after that time, or allow a longer wait with queue-seeder:maxWait.",
    status: undefined,
    code: undefined,
    documentationUrl: undefined,
  };
}
