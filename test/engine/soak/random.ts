/** Random choices that are the same for the same seed. Mulberry32: not cryptographically secure. */
export interface Random {
  /** Returns an integer in [0, `below`). */
  int(below: number): number;
  /** Returns an integer in [`from`, `to`]. */
  between(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
}

export function seeded(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    int,
    between: (from, to) => from + int(to - from + 1),
    pick: (items) => items[int(items.length)] as (typeof items)[number],
    shuffled(items) {
      const all = [...items];
      for (let at = all.length - 1; at > 0; at -= 1) {
        const other = int(at + 1);
        [all[at], all[other]] = [all[other] as (typeof all)[number], all[at] as (typeof all)[number]];
      }
      return all;
    },
  };
}
