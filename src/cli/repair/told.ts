import { reasonOf } from "../../engine/state.ts";
import { count, number, readNumber } from "../../figures.ts";

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Told {
  readonly lines: readonly string[];
  /** The exit code. */
  readonly exit: 0 | 1;
}

/**
 * What is to be said of a run of the engine that was to repair the ledger, out of what it printed: what was done to all
 * segments together and, where it failed, why, and whether the ledger changed all the same.
 *
 * @param named how many messages were named; undefined: all that it can be about are meant
 */
export function toldOf({ code, stdout, stderr }: Ran, named: number | undefined): Told {
  const lines = stdout.split("\n").map((line) => line.trim());
  const done = lines.flatMap((line) => {
    const [, messages, what] = repaired.exec(line) ?? [];
    return messages === undefined || what === undefined ? [] : [{ messages: readNumber(messages), what }];
  });
  const changed = done.reduce((sum, { messages }) => sum + messages, 0);
  const told = done[0] === undefined ? [] : [`${count(changed, "message")} ${done[0].what}`];
  if (code === 0) {
    // Segments of a data file know nothing of each other's rows: only here is seen what was named and is nowhere.
    const missing = (named ?? 0) - changed;
    if (missing <= 0) return { lines: told, exit: 0 };
    const what = `${number(missing)} of the ${number(named ?? 0)} that were named cannot be meant, and stayed as they were.`;
    return { lines: [...told, what], exit: 1 };
  }
  const refusals = [...new Set(lines.filter((line) => refused.test(line)))];
  const why = refusals.length > 0 ? refusals : [`${reasonOf(stderr || lines.join("\n"))}.`];
  const state =
    told.length > 0
      ? "The ledger changed as far as it says above, then the run failed. `queue-seeder status` shows how it stands."
      : "The ledger is as it was.";
  return { lines: [...told, ...why, state], exit: 1 };
}

/** A segment's own line, as the engine shows it at the end. */
const repaired = /^([\d,]+) messages? (.*; nothing was pushed)$/;
const refused = /^(?:error: )?[A-Z][A-Z_]+: |^urn:/;
