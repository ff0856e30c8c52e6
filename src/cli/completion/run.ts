import type { Command } from "commander";
import { complete, toLines } from "./complete.ts";
import type { Shell } from "./flags.ts";
import { scripts } from "./scripts.ts";

/** Writes the script that makes a shell complete this command line. */
export function printScript(shell: Shell): void {
  process.stdout.write(scripts[shell]);
}

/** Writes what the last word may become, as the scripts read it. @param words up to the cursor; the last one may be empty */
export function printCompletions(program: Command, words: readonly string[], folder: string): void {
  process.stdout.write(toLines(complete(program, words, folder)));
}
