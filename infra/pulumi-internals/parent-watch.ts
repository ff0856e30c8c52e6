/** Milliseconds between two looks at an engine that nobody asks for. */
const pollIntervalMs = 5_000;

export interface ParentWatchOptions {
  /** Whether the engine is there. */
  readonly isAlive: () => Promise<boolean>;
  /** Ends the process. */
  readonly exit: () => void;
  readonly everyMs?: number;
}

/**
 * Ends the process once its engine is gone and what was under way is written down. A killed engine takes no plugin with it:
 * the provider would stay, and wait for calls that never come. A push looks before each request; now and then this looks
 * by itself, for a provider that has nothing to send.
 */
export function watchParent({ isAlive, exit, everyMs = pollIntervalMs }: ParentWatchOptions) {
  let gone = false;
  let underWay = 0;
  const endIfOrphan = () => {
    if (gone && underWay === 0) exit();
  };
  const engineListens = async () => {
    gone ||= !(await isAlive());
    return !gone;
  };
  const timer = setInterval(() => engineListens().then(endIfOrphan), everyMs);
  timer.unref();
  return {
    engineListens,
    /** The same call; the last of those under way ends an orphaned process. */
    endingAfter<Args extends readonly unknown[], Result>(
      call: (...args: Args) => Promise<Result>,
    ): (...args: Args) => Promise<Result> {
      return async (...args) => {
        underWay += 1;
        try {
          return await call(...args);
        } finally {
          underWay -= 1;
          endIfOrphan();
        }
      };
    },
    stop: () => clearInterval(timer),
  };
}
