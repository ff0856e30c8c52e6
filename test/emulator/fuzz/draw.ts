/** A pseudo-random generator: the same seed gives the same values. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Returns a number in [0, 1). mulberry32. */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Returns an integer in [0, `bound`). */
  below(bound: number): number {
    return Math.floor(this.number() * bound);
  }

  chance(share: number): boolean {
    return this.number() < share;
  }

  one<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Cuts bytes into pieces, some of them empty. */
  pieces(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = this.chance(0.1) ? 0 : 1 + this.below(this.one([3, 40, bytes.length]));
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }
}
