/** Reads a repository once, as the program does, and says how many milliseconds that took: in a process that did nothing before. */

import { loadSegments } from "../../src/lifecycle/load.ts";
import { timed } from "../support/measure.ts";

const [, , root = "."] = process.argv;
console.log(await timed(() => loadSegments({ root })));
