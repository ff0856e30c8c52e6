import { styleText } from "node:util";
import { Command } from "commander";
import { toPrintableLines } from "../printable.ts";
import { commands, hiddenCommands } from "./commands.ts";
import { withHelp } from "./shared/help.ts";
import { version } from "./shared/version.ts";

/** Builds the complete command line. On errors it throws a CommanderError instead of ending the process. */
export function buildProgram(): Command {
  const program = new Command("queue-seeder")
    .description("Infrastructure-as-code message seeder for Cloudflare Queues, on Pulumi")
    .version(version(), "--version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureHelp({ styleTitle: (title) => styleText("bold", title, { validateStream: false }) })
    // Error messages quote arguments, which may come from an untrusted source.
    .configureOutput({ outputError: (text, write) => write(toPrintableLines(text)) })
    .showHelpAfterError("Run it with --help for a list of commands and options.")
    .exitOverride();
  withHelp(program, {
    examples: [
      "queue-seeder init",
      "queue-seeder validate",
      "queue-seeder emulate --queue orders",
      "queue-seeder help validate",
    ],
    notes: "Output for programs is written to stdout, messages for users to stderr. NO_COLOR is honoured.",
    exits: {
      0: "done",
      1: "the command failed, or found problems; stderr has the reason and the remedy",
      2: "wrong usage; the help of each command lists its other meanings of 2",
    },
  });
  for (const command of commands) program.addCommand(command().copyInheritedSettings(program));
  for (const command of hiddenCommands) {
    program.addCommand(command().copyInheritedSettings(program), { hidden: true });
  }
  return program;
}
