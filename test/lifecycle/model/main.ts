import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { findingText, play } from "./sequence.ts";

/** Plays many sequences of the model: `npm run soak:model -- [--sequences N] [--seed S]`. Their seeds are consecutive. */
const { values } = parseArgs({ options: { sequences: { type: "string", default: "2000" }, seed: { type: "string" } } });
const sequences = Number(values.sequences);
const first = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isInteger(sequences) || sequences < 1 || !Number.isInteger(first)) {
  throw new Error("Give --sequences and --seed whole numbers.");
}

console.log(`${sequences} sequences, seed ${first}`);
let failed = 0;
for (let seed = first; seed < first + sequences; seed += 1) {
  const finding = await play(seed);
  if (finding === undefined) continue;
  failed += 1;
  console.log(`${findingText(finding)}\nTo play it again: npm run soak:model -- --sequences 1 --seed ${seed}`);
}
console.log(failed === 0 ? "nothing lost, nothing twice unknown" : `${failed} of ${sequences} sequences failed`);
process.exitCode = failed === 0 ? 0 : 1;
