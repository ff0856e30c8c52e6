import { readdirSync } from "node:fs";
import type { Argument, Command, Option } from "commander";

/** The candidates for the word at the cursor. The shell itself completes files or folders according to `pathKind`. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly pathKind: "nothing" | "files" | "folders";
}

interface Candidate {
  readonly value: string;
  readonly description: string;
}

const nothing: Completion = { candidates: [], pathKind: "nothing" };

/**
 * Computes the completions of the last word from the definitions of the commands.
 *
 * @param typed the words after the program's name; the last is the one at the cursor
 * @param folder the folder with the stack files (`Pulumi.NAME.yaml`)
 */
export function complete(program: Command, typed: readonly string[], folder: string): Completion {
  const words = splitAtEquals(typed);
  const current = words.at(-1) ?? "";
  const { command, option, positional, ended } = walk(program, words.slice(0, -1));
  if (option !== undefined) return filterByPrefix(current, completeValues(option, folder));
  const help = command.createHelp();
  if (current.startsWith("-") && !ended) {
    const inline = /^(--[^=]+)=(.*)$/s.exec(current);
    const named = inline === null ? undefined : command.options.find(({ long }) => long === inline[1]);
    if (inline !== null) return named === undefined ? nothing : prefixed(inline, completeValues(named, folder));
    const options = help.visibleOptions(command).map(({ long, short, description }) => ({
      value: long ?? short ?? "",
      description,
    }));
    return filterByPrefix(current, { candidates: options, pathKind: "nothing" });
  }
  if (command.commands.length > 0) {
    const commands = help
      .visibleCommands(command)
      .map((each) => ({ value: each.name(), description: each.summary() || each.description() }));
    return filterByPrefix(current, { candidates: commands, pathKind: "nothing" });
  }
  const expected = command.registeredArguments;
  const argument = expected[positional] ?? (expected.at(-1)?.variadic ? expected.at(-1) : undefined);
  return argument === undefined ? nothing : filterByPrefix(current, completeValues(argument, folder));
}

/** Walks the complete words: descends into subcommands, skips options and their values. */
function walk(program: Command, words: readonly string[]) {
  let command = program;
  let option: Option | undefined;
  let positional = 0;
  let ended = false;
  for (const word of words) {
    if (option !== undefined) {
      option = undefined;
    } else if (word === "--" && !ended) {
      ended = true;
    } else if (word.startsWith("-") && !ended) {
      const found = command.options.find(({ long, short }) => word === long || word === short);
      if (found?.required) option = found;
    } else {
      const next = command.commands.find((each) => each.name() === word);
      if (next === undefined) positional += 1;
      else command = next;
    }
  }
  return { command, option, positional, ended };
}

/** Joins the words that bash split: it breaks words at "=" and passes the sign as a separate word. */
function splitAtEquals(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (word !== "=" || !words[index - 1]?.startsWith("--")) return [word];
    return index === words.length - 1 ? [""] : [];
  });
}

/** Completes a value: its choices, the stacks of the repository, or files or folders according to its placeholder. */
function completeValues(expected: Option | Argument, folder: string): Completion {
  const choices = expected.argChoices ?? ("long" in expected && expected.long === "--stack" ? stacks(folder) : []);
  const placeholder = "flags" in expected ? expected.flags : expected.name();
  const also = /file|path/.test(placeholder) ? "files" : /dir|folder/.test(placeholder) ? "folders" : "nothing";
  return {
    candidates: choices.map((value) => ({ value, description: "" })),
    pathKind: choices.length > 0 ? "nothing" : also,
  };
}

function stacks(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((file) => /^Pulumi\.([\w.-]+)\.ya?ml$/.exec(file)?.[1] ?? []);
}

function filterByPrefix(start: string, { candidates, pathKind }: Completion): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(start)), pathKind };
}

/** Completes `--format=js` for shells that keep it in one word. */
function prefixed([, name, start]: readonly (string | undefined)[], values: Completion): Completion {
  const found = filterByPrefix(start ?? "", values);
  return {
    candidates: found.candidates.map((each) => ({ ...each, value: `${name}=${each.value}` })),
    pathKind: "nothing",
  };
}

/** Formats one candidate per line, followed by a tab and its description; the last line names what the shell adds. */
export function toLines({ candidates, pathKind }: Completion): string {
  const lines = candidates.map(({ value, description }) => `${value}\t${description.replace(/\s+/g, " ")}\n`);
  return `${lines.join("")}:${pathKind}\n`;
}
