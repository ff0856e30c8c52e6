/** Draws numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Draws some of many numbers, each set of that size as likely as any other (Knuth's selection sampling), in ascending order.
 *
 * @param total numbers 0 to `total` - 1
 * @param size how many; all of them if there are no more
 */
export function drawSample(total: number, size: number, random: () => number): ReadonlySet<number> {
  const drawn = new Set<number>();
  for (let number = 0; number < total && drawn.size < size; number += 1) {
    if (random() * (total - number) < size - drawn.size) drawn.add(number);
  }
  return drawn;
}
