import { type Decision, type Ledger, unpackKeys } from "../plan/index.ts";
import { Refusal } from "./failure.ts";
import type { Ports } from "./ports.ts";
import type { SegmentInputs } from "./segment.ts";

/** @throws Refusal when something was edited that was pushed, with its place and both digests */
export async function refuseEdited(
  inputs: SegmentInputs,
  decision: Decision,
  recorded: Ledger,
  ports: Ports,
): Promise<void> {
  if (decision.edited.length > 0) await refuseMessages(inputs, decision, ports);
  if (inputs.appendOnly) refuseRows(inputs, decision, recorded);
}

async function refuseMessages(inputs: SegmentInputs, { edited }: Decision, ports: Ports): Promise<never> {
  const { readMessages } = await import("./messages.ts");
  const messages = await readMessages(inputs, ports);
  const lines = edited.map(({ index, id, pushed, present }) => {
    const { file, line, column } = messages[index]?.place ?? { file: inputs.file, line: 1, column: 1 };
    return (
      `${file}:${line}:${column} the message ${JSON.stringify(id)} was pushed with another body ` +
      `(pushed ${pushed}, now ${present}). Give it another id to push it as a new message, or restore its body.`
    );
  });
  throw new Refusal("MESSAGE_EDITED", `nothing of ${inputs.manifest} was pushed.\n${lines.join("\n")}`);
}

/** A data file is append-only: what was pushed of it must still be in it. */
function refuseRows(inputs: SegmentInputs, { forgotten }: Decision, recorded: Ledger): void {
  const [first] = forgotten;
  if (first === undefined) return;
  const row = recorded.pushed.indexOf(first);
  const present = unpackKeys(inputs.keys)[row]?.digest ?? "nothing";
  throw new Refusal(
    "DATA_FILE_EDITED",
    `nothing of ${inputs.manifest} was pushed. ${forgotten.length} of its pushed rows are no longer in the data file, ` +
      `the first near row ${row + 1} (pushed ${first.digest}, now ${present}). ` +
      "Restore the rows: a data file only grows. To push changed ones, add them at its end.",
  );
}
