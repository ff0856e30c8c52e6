import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { findingText } from "./judge.ts";
import { live, type RoundResult } from "./life.ts";

/**
 * The long soak: `npm run soak -- [--rounds N] [--seed S]`. Each ten rounds have a stack of their own and a seed of their
 * own, the first one's plus their number: whatever fails can be played again alone.
 */
const roundsOfLife = 10;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" }, seed: { type: "string" } } });
const rounds = Number(values.rounds);
const first = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(first))
  throw new Error("Give --rounds and --seed whole numbers.");

console.log(`${rounds} rounds, seed ${first}`);
let failed = 0;
let played = 0;
for (let seed = first; played < rounds; seed += 1) {
  const length = Math.min(roundsOfLife, rounds - played);
  const told = (result: RoundResult) => {
    console.log(`seed ${seed}, round ${result.round}: ${line(result)}`);
    if (result.findings.length > 0) console.log(`${result.transcript}\n${result.findings.map(findingText).join("\n")}`);
  };
  const findings = await live(seed, length, told);
  played += length;
  if (findings.length === 0) continue;
  failed += 1;
  console.log(`To play it again: npm run soak -- --rounds ${roundsOfLife} --seed ${seed}`);
}
console.log(failed === 0 ? `${played} rounds, nothing lost, nothing twice unknown` : `${failed} seeds failed`);
process.exitCode = failed === 0 ? 0 : 1;

function line({ messages, twice, settled, destroyed, struck }: RoundResult): string {
  const runs = struck.map((names) => names.join(", ") || "undisturbed").join(" | ");
  const over = destroyed ? "; destroyed" : "";
  return `${messages} messages, ${twice} twice so far, ${settled} settled${over}; ${runs}`;
}
