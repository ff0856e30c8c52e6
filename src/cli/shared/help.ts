import type { Command } from "commander";

/** What a command's help says beside its options. */
export interface Help {
  /** Whole command lines that a person can copy. */
  readonly examples: readonly string[];
  /** What else one should know before the first use. */
  readonly notes?: string;
  /** By exit code, what it says of the outcome. Wrong usage is among them, under `usageExit`. */
  readonly exits: Readonly<Record<number, string>>;
  /** What wrong usage ends with: 2, as in most tools, unless 2 is an outcome of this command. */
  readonly usageExit?: 2 | 64;
}

const usageExits = new WeakMap<Command, number>();

/** Adds examples, notes and exit codes, in the same form for each command. */
export function withHelp(command: Command, { examples, notes, exits, usageExit = 2 }: Help): Command {
  usageExits.set(command, usageExit);
  return command.addHelpText("after", ({ command: shown }) => {
    // The terms are painted as commander paints its own, so that NO_COLOR and pipes are honoured at one place.
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

/** What wrong usage of the command ends with. */
export function usageExitOf(command: Command): number {
  return usageExits.get(command) ?? 2;
}
