/** Reads a repository once, as the program does, and prints `{ cpu, peak }`: milliseconds of processor time, megabytes. */

import { loadSegments } from "../../src/lifecycle/source/load-segments.ts";
import { readPeakMemory } from "../support/peak-memory.ts";

const [, , root = "."] = process.argv;
const before = process.cpuUsage();
const { problems } = await loadSegments({ root, recordedSources: async () => [] });
if (problems.length > 0) throw new Error(`the rows have problems: ${JSON.stringify(problems[0])}`);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpu: (user + system) / 1000, peak: readPeakMemory("self") }));
