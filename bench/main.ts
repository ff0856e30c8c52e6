import { measureFirst, measureManifests, measureMillion } from "./engine/measure.ts";
import { measureNoOp } from "./engine/no-op.ts";
import { measureGrowth } from "./growth/measure.ts";
import { measureWorker } from "./producer/measure.ts";
import { measureSimulation } from "./producer/simulation.ts";
import { measurePush } from "./push/measure.ts";
import { measureReading } from "./reading/measure.ts";
import { seconds } from "./support/measure.ts";
import { keepResult, type Section } from "./support/results.ts";
import { measureThrottle } from "./throttle/measure.ts";

/**
 * Runs the measurements, and writes bench/RESULTS.md.
 *
 *     node bench/main.ts [push] [pace] [reading] [no-op] [first] [manifests] [million] [growth] [worker] [worker-simulation]
 *
 * The points of `growth` can be measured one by one, and are kept: `growth:rows:10000000`, `growth:manifests`.
 */
const parts: Readonly<Record<string, (selection: string | undefined) => Promise<Section>>> = {
  push: () => measurePush(),
  pace: () => measureThrottle(),
  reading: () => measureReading(),
  "no-op": () => measureNoOp(),
  first: () => measureFirst(),
  manifests: () => measureManifests(),
  million: () => measureMillion(),
  growth: measureGrowth,
  worker: () => measureWorker(),
  "worker-simulation": () => measureSimulation(),
};

const names = Object.keys(parts);
const asked = process.argv.slice(2);
const nameOf = (argument: string) => argument.split(":", 1)[0] ?? "";
const unknown = asked.filter((argument) => !names.includes(nameOf(argument)));
if (unknown.length > 0) throw new Error(`unknown section: ${unknown.join(", ")}. Available: ${names.join(", ")}.`);
for (const argument of asked.length > 0 ? asked : names) {
  const name = nameOf(argument);
  const measure = parts[name];
  if (measure === undefined) continue;
  const start = performance.now();
  try {
    const section = await measure(argument.slice(name.length + 1) || undefined);
    const taken = seconds(performance.now() - start);
    console.log(`\n${section.title}\n\n${section.text}\n\n(measured in ${taken})`);
    keepResult(section, names);
  } catch (error) {
    // The other sections can still be measured; RESULTS.md keeps the last figures of this one.
    console.error(`\n${name} failed:`, error);
    process.exitCode = 1;
  }
}
