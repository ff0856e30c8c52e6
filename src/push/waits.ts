import type { Failure } from "../cloudflare/index.ts";
import { formatDuration } from "../format.ts";

/** Something that a run waits for. Times are milliseconds of the clock's `elapsed`. */
export interface Wait {
  /** Why, as a clause. */
  readonly reason: string;
  /** When it is over, at the latest. */
  readonly until: number;
}

/** What a run waits for at the moment, for those who watch it. */
export class Waits {
  readonly #open = new Set<Wait>();

  /** @returns ends the wait */
  begin(wait: Wait): () => void {
    const open = { ...wait };
    this.#open.add(open);
    return () => {
      this.#open.delete(open);
    };
  }

  /** Waits as long as a promise takes. */
  async during<T>(wait: Wait, promise: Promise<T>): Promise<T> {
    const end = this.begin(wait);
    try {
      return await promise;
    } finally {
      end();
    }
  }

  /** The one that is over first; undefined: there is none. */
  get next(): Wait | undefined {
    let next: Wait | undefined;
    for (const wait of this.#open) if (next === undefined || wait.until < next.until) next = wait;
    return next;
  }
}

/** A wait would be longer than a run waits for anything. */
export class WaitTooLongError extends Error {
  override name = "WaitTooLong";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * The failure that ends a run in place of a wait.
 *
 * @param reason why it would wait, as a clause
 * @param ms how long from now on
 * @param mostMs how long a run waits for anything
 */
export function waitTooLongFailure(reason: string, ms: number, mostMs: number): Failure {
  const [asked, most] = [ms, mostMs].map((each) => formatDuration(each / 1000));
  return {
    retry: "after_wait",
    message: `${reason}, and the next try would be in ${asked}: a run waits for ${most} at most`,
    remedy: "Run it again then, or let it wait longer with queue-seeder:maxWait.",
    status: undefined,
    code: undefined,
    documentationUrl: undefined,
  };
}
