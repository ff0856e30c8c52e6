import { CommanderError } from "commander";
import { toPrintableLines } from "../printable.ts";
import { UsageError } from "../usage-error.ts";
import { buildProgram } from "./program.ts";
import { usageExitOf } from "./shared/help.ts";

/** Runs the command given in `process.argv`. Prints errors to stderr and sets the exit code of the process. */
export async function runCommandLine(): Promise<void> {
  surviveClosedPipes();
  const program = buildProgram();
  let usageExit = usageExitOf(program);
  program.hook("preSubcommand", (_, command) => {
    usageExit = usageExitOf(command);
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed the error or the requested help.
      process.exitCode = error.exitCode === 0 ? 0 : usageExit;
    } else {
      console.error(toPrintableLines(error instanceof Error ? error.message : String(error)));
      process.exitCode = error instanceof UsageError ? usageExit : 1;
    }
  }
}

/** Ignores EPIPE: if the reader closes the pipe (`| head`), the command still finishes and its exit code stays valid. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
