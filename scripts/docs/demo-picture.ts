/** Runs the demo, and draws what it prints for the README. Needs the Pulumi engine: `npm run docs:demo`. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { terminalSvg } from "./terminal-svg.ts";

const repository = join(import.meta.dirname, "../..");
const file = process.argv[2] ?? join(repository, "docs/demo.svg");
const env = { ...process.env, FORCE_COLOR: "1" };
const run = await spawnProcess(process.execPath, ["src/cli/main.mjs", "demo"], { cwd: repository, env }).done;
if (run.code !== 0) throw new Error(`The demo failed:\n${run.stdout}${run.stderr}`);
writeFileSync(file, terminalSvg("npm run demo", run.stderr));
