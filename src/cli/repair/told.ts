import { reasonOf } from "../engine/state.ts";

/**
 * What is to be said of a run of the engine that was to repair the ledger, out of what it printed: the words about the
 * segments and, where it failed, why, and whether the ledger changed all the same.
 */
export function toldOf({ code, stdout, stderr }: Ran): readonly string[] {
  const lines = stdout.split("\n").map((line) => line.trim());
  const told = [...new Set(lines.filter((line) => repaired.test(line) || refused.test(line)))];
  if (code === 0) return told;
  const why = told.some((line) => refused.test(line)) ? [] : [`${reasonOf(stderr || lines.join("\n"))}.`];
  return [
    ...told,
    ...why,
    told.some((line) => repaired.test(line))
      ? "The ledger changed as far as it says above, then the run failed. `queue-seeder status` shows how it stands."
      : "The ledger is as it was.",
  ];
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const repaired = /\d messages? .*; nothing was pushed/;
const refused = /^(?:error: )?[A-Z][A-Z_]+: |^urn:/;
