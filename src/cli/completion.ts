import { Argument, Command } from "commander";
import { withHelp } from "./help.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** `completion`: the script that makes a shell complete this command line. */
export function completionCommand(): Command {
  const command = new Command("completion")
    .description("Print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action(async (shell: Shell) => {
      const { scripts } = await import("./completion/scripts.ts");
      process.stdout.write(scripts[shell]);
    });
  return withHelp(command, {
    examples: [
      'eval "$(queue-seeder completion bash)"    # in ~/.bashrc',
      'eval "$(queue-seeder completion zsh)"     # in ~/.zshrc, after compinit',
      "queue-seeder completion fish > ~/.config/fish/completions/queue-seeder.fish",
    ],
    notes: `It completes the word queue-seeder, not \`npx queue-seeder\`: put the command on your PATH, for example with
PATH="$PWD/node_modules/.bin:$PATH".`,
    exits: { 0: "printed", 2: "wrong usage" },
  });
}

/** `complete`: what the scripts call on each TAB, with the words up to the cursor; the last one may be empty. */
export function completeCommand(): Command {
  return new Command("complete")
    .argument("[words...]")
    .action(async (words: readonly string[], _flags: unknown, command: Command) => {
      const { complete, toLines } = await import("./completion/complete.ts");
      process.stdout.write(toLines(complete(command.parent ?? command, words, process.cwd())));
    });
}
