import { CommanderError } from "commander";
import { toPrintableLines } from "../printable.ts";
import { UsageError } from "../usage-error.ts";
import { buildProgram } from "./program.ts";
import { usageExitOf } from "./shared/help.ts";

/** Runs the command that the process was called with. Errors become words on stderr, and an exit code. */
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
      // Commander has said what is wrong, or shown the help that was asked for.
      process.exitCode = error.exitCode === 0 ? 0 : usageExit;
    } else {
      console.error(toPrintableLines(error instanceof Error ? error.message : String(error)));
      process.exitCode = error instanceof UsageError ? usageExit : 1;
    }
  }
}

/** Whoever reads the output may stop reading (`| head`): what a command does goes on, and its outcome stays the exit code. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
