/** Reads a repository once, as the program does, in a fresh process, and prints the time in milliseconds. */

import { loadSegments } from "../../src/lifecycle/source/load-segments.ts";
import { timed } from "../support/measure.ts";

const [, , root = "."] = process.argv;
console.log(await timed(() => loadSegments({ root })));
