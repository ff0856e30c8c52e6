import type { Command } from "commander";
import { complete, toLines } from "./complete.ts";
import type { Shell } from "./flags.ts";
import { scripts } from "./scripts.ts";

/** Prints the completion script of a shell to stdout. */
export function printScript(shell: Shell): void {
  process.stdout.write(scripts[shell]);
}

/** Prints the completions of the last word for the shell scripts. @param words up to the cursor; the last may be empty */
export function printCompletions(program: Command, words: readonly string[], folder: string): void {
  process.stdout.write(toLines(complete(program, words, folder)));
}
