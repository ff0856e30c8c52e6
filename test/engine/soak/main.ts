import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { findingText } from "./invariants.ts";
import { type RoundResult, runLifecycle } from "./stack-lifecycle.ts";
import type { SoakTransport } from "./worker-transport.ts";

/**
 * The long soak: `npm run soak -- [--rounds N] [--seed S] [--transport worker]`. Every ten rounds have their own stack and their own
 * seed, which is the first seed plus their index, so any failure can be replayed alone. With `--transport worker`, the rounds of a
 * seed are run through the producer Worker with all faults, through the Worker with only its connections cut, and over REST.
 */
const roundsOfLife = 10;

/** Everything that a long soak has to cover, in the words of a round's report. */
const kinds = [
  "kill cli",
  "kill provider",
  "kill cli and provider",
  "SIGINT",
  "SIGTERM",
  "state slow",
  "state refused",
  "kill cli at a write of the state",
  "kill cli when the state was refused",
  "cancel during the run",
  "queue",
  "renamed",
  "stack renamed",
  "tainted",
  "destroyed",
];

const runtimeKinds = ["kill workerd", "object reset"];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string" },
    transport: { type: "string", default: "rest" },
  },
});
const rounds = Number(values.rounds);
const first = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(first))
  throw new Error("Give --rounds and --seed whole numbers.");
if (values.transport !== "rest" && values.transport !== "worker") throw new Error("--transport is rest or worker.");
const isWorker = values.transport === "worker";
const transports: readonly SoakTransport[] = isWorker ? ["worker", "worker, cut", "rest"] : ["rest"];
const expectedKinds = isWorker ? [...kinds, ...runtimeKinds] : kinds;

console.log(`${rounds} rounds, seed ${first}`);
let failed = 0;
let played = 0;
/** How often each of them happened. */
const happened = new Map<string, number>(expectedKinds.map((kind) => [kind, 0]));
/** Numbers of messages, by transport. */
const sums = new Map(transports.map((transport) => [transport, { messages: 0, doubled: 0, suspected: 0, settled: 0 }]));
const began = Date.now();
for (let seed = first; played < rounds; seed += 1) {
  const length = Math.min(roundsOfLife, rounds - played);
  for (const transport of transports) await runSeed(seed, length, transport);
  played += length;
}

async function runSeed(seed: number, length: number, transport: SoakTransport): Promise<void> {
  let last: RoundResult | undefined;
  const sum = sums.get(transport);
  const logged = (result: RoundResult) => {
    last = result;
    if (sum !== undefined) {
      sum.messages += result.messages;
      sum.settled += result.settled;
    }
    const seconds = Math.round((Date.now() - began) / 1_000);
    console.log(`${seconds} s, seed ${seed}, ${transport}, round ${result.round}: ${line(result)}`);
    for (const kind of kindsOf(result)) happened.set(kind, (happened.get(kind) ?? 0) + 1);
    if (result.findings.length > 0) console.log(`${result.transcript}\n${result.findings.map(findingText).join("\n")}`);
  };
  const isClean = await runLifecycle(seed, length, logged, { transport }).then(
    (findings) => findings.length === 0,
    (error: unknown) => {
      console.log(`seed ${seed} could not be played: ${error instanceof Error ? error.stack : error}`);
      return false;
    },
  );
  if (sum !== undefined) {
    sum.doubled += last?.doubled.size ?? 0;
    sum.suspected += last?.suspected.size ?? 0;
  }
  if (isClean) return;
  failed += 1;
  const flag = isWorker ? " --transport worker" : "";
  console.log(`To play it again: npm run soak -- --rounds ${roundsOfLife} --seed ${seed}${flag}`);
}

for (const [kind, times] of happened) console.log(`${kind}: ${times} times`);
const never = [...happened].filter(([, times]) => times === 0).map(([kind]) => kind);
// A few rounds do not cover everything.
const isBlind = played >= 100 && never.length > 0;
if (isBlind) console.log(`never happened: ${never.join(", ")}`);
for (const [transport, { messages, doubled, suspected, settled }] of sums) {
  console.log(
    `${transport}: ${messages} messages, ${doubled} there twice, ${suspected} reported as possible duplicates, ${settled} settled`,
  );
}
if (isWorker) {
  const of = (transport: SoakTransport) => sums.get(transport)?.suspected ?? 0;
  console.log(`possible duplicates, Worker : REST = ${of("worker")} : ${of("rest")}; cut only: ${of("worker, cut")}`);
}
console.log(failed === 0 ? `${played} rounds, nothing lost, nothing twice unknown` : `${failed} seeds failed`);
process.exitCode = failed === 0 && !isBlind ? 0 : 1;

function line({ messages, duplicates, settled, destroyed, changed, hits }: RoundResult): string {
  const runs = hits.map((names) => names.join(", ") || "undisturbed").join(" | ");
  const over = destroyed ? "; destroyed" : "";
  const change = changed === undefined ? "" : `; ${changed}`;
  return `${messages} messages, ${duplicates} twice so far, ${settled} settled${change}${over}; ${runs}`;
}

/** Returns the most specific kind for each event of a round. */
function kindsOf({ hits, changed, destroyed }: RoundResult): readonly string[] {
  const events = [...hits.flat(), ...(changed === undefined ? [] : [changed]), ...(destroyed ? ["destroyed"] : [])];
  return events.flatMap((what) => {
    const fits = expectedKinds.filter((kind) => what.startsWith(kind)).sort((a, b) => b.length - a.length);
    return fits.slice(0, 1);
  });
}
