/** Creates a generator of numbers from 0 (inclusive) to 1 (exclusive) that a seed determines (mulberry32). */
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
 * Draws a random sample, in which every set of that size is equally likely (Knuth's selection sampling), in ascending order.
 *
 * @param total draws from the numbers 0 to `total` - 1
 * @param size size of the sample; all numbers are drawn if there are no more
 */
export function drawSample(total: number, size: number, random: () => number): ReadonlySet<number> {
  const drawn = new Set<number>();
  for (let number = 0; number < total && drawn.size < size; number += 1) {
    if (random() * (total - number) < size - drawn.size) drawn.add(number);
  }
  return drawn;
}
