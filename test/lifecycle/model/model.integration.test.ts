import { expect, it } from "vitest";
import { findingText, play } from "./sequence.ts";

/** Sequences per test: few, so that each has enough time on a loaded machine. More of them: `npm run soak:model`. */
const some = 20;
const seeds = Array.from({ length: some }, (_, at) => at);

it.each([1, 21, 41, 61, 81])(
  "loses nothing and reports every duplicate, in the sequences from seed %i on",
  { timeout: 120_000 },
  async (first) => {
    for (const seed of seeds) {
      const finding = await play(first + seed);
      expect(finding && findingText(finding)).toBeUndefined();
    }
  },
);
