import { Command } from "commander";
import { withHelp } from "../shared/help.ts";

/** Defines `explain`, which prints the entry of a problem in docs/problems.md. */
export function explainCommand(): Command {
  const command = new Command("explain")
    .description("Print what a problem means, and its remedy")
    .argument("<code>", "the problem's code, as in a message")
    .action(async (code: string) => {
      const { runExplain } = await import("./run.ts");
      process.exitCode = runExplain(code);
    });
  return withHelp(command, {
    examples: ["queue-seeder explain MESSAGE_EDITED"],
    exits: { 0: "printed", 2: "wrong usage, or an unknown code" },
  });
}
