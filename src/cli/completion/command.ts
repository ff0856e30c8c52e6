import { Argument, Command } from "commander";
import { withHelp } from "../shared/help.ts";
import { type Shell, shells } from "./flags.ts";

/** Defines `completion`, which prints a shell's completion script. */
export function completionCommand(): Command {
  const command = new Command("completion")
    .description("Print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action(async (shell: Shell) => {
      const { printScript } = await import("./run.ts");
      printScript(shell);
    });
  return withHelp(command, {
    examples: [
      'eval "$(queue-seeder completion bash)"    # in ~/.bashrc',
      'eval "$(queue-seeder completion zsh)"     # in ~/.zshrc, after compinit',
      "queue-seeder completion fish > ~/.config/fish/completions/queue-seeder.fish",
    ],
    notes: `It completes the word queue-seeder, not \`npx --no-install queue-seeder\`: put the command on your PATH, for example with
PATH="$PWD/node_modules/.bin:$PATH".`,
    exits: { 0: "printed", 2: "wrong usage" },
  });
}

/** Defines `complete`, which the scripts call on each TAB with the words up to the cursor; the last may be empty. */
export function completeCommand(): Command {
  return new Command("complete")
    .argument("[words...]")
    .action(async (words: readonly string[], _flags: unknown, command: Command) => {
      const { printCompletions } = await import("./run.ts");
      printCompletions(command.parent ?? command, words, process.cwd());
    });
}
