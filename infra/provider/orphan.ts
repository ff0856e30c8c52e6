/**
 * Ends the process once its engine is gone and what was under way is written down. A killed engine takes no plugin with it:
 * the provider would stay, and wait for calls that never come.
 *
 * @param listens whether the engine is there
 */
export function orphanWatch(listens: () => Promise<boolean>) {
  let gone = false;
  let underWay = 0;
  return {
    async engineListens(): Promise<boolean> {
      gone ||= !(await listens());
      return !gone;
    },
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
          if (gone && underWay === 0) process.exit(1);
        }
      };
    },
  };
}
