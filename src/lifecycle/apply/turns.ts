/** Runs a call when it is its turn among those with the same key. */
export type InTurn = <Result>(key: string, act: () => Promise<Result>) => Promise<Result>;

/** Lets at most `atOnce` calls with the same key run at once. The others wait in the order of their arrival. */
export function createTurns(atOnce: number): InTurn {
  const running = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  return async (key, act) => {
    const before = running.get(key) ?? 0;
    if (before < atOnce) running.set(key, before + 1);
    else {
      await new Promise<void>((resolve) => {
        waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
      });
    }
    try {
      return await act();
    } finally {
      // The next call takes over this one's place.
      const next = waiting.get(key)?.shift();
      if (next === undefined) running.set(key, (running.get(key) ?? 1) - 1);
      else next();
    }
  };
}
