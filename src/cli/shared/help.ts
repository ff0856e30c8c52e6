import type { Command } from "commander";

/** The parts of a command's help in addition to its options. */
export interface Help {
  /** Complete command lines, ready to be copied. */
  readonly examples: readonly string[];
  /** Other information that is needed before the first use. */
  readonly notes?: string;
  /** Meaning of each exit code, including the one for wrong usage (`usageExit`). */
  readonly exits: Readonly<Record<number, string>>;
  /** Exit code for wrong usage. Default: 2, as in most tools; 64 if 2 has another meaning in this command. */
  readonly usageExit?: 2 | 64;
}

const usageExits = new WeakMap<Command, number>();

/** Adds examples, notes and exit codes to a command's help, in the same format for every command. */
export function withHelp(command: Command, { examples, notes, exits, usageExit = 2 }: Help): Command {
  usageExits.set(command, usageExit);
  return command.addHelpText("after", ({ command: shown }) => {
    // Uses commander's own style for titles, so that NO_COLOR and pipes are handled in one place.
    const help = shown.createHelp();
    const section = (title: string, lines: readonly string[]) =>
      [`\n${help.styleTitle(title)}`, ...lines.map((line) => `  ${line}`)].join("\n");
    return [
      section(
        "Examples:",
        examples.map((line) => `$ ${line}`),
      ),
      ...(notes === undefined ? [] : [`\n${notes}`]),
      section(
        "Exit codes:",
        Object.entries(exits).map(([code, meaning]) => `${code.padStart(2)}  ${meaning}`),
      ),
    ].join("\n");
  });
}

/** Returns the exit code for wrong usage of a command. */
export function usageExitOf(command: Command): number {
  return usageExits.get(command) ?? 2;
}
