import type { Decision } from "../plan/index.ts";
import { Refusal } from "./failure.ts";
import { readMessages } from "./messages.ts";
import type { Ports } from "./ports.ts";
import type { SegmentInputs } from "./segment.ts";

/** @throws Refusal that names each message whose body was edited after it was pushed, with its place */
export async function refuseEdited(inputs: SegmentInputs, { edited }: Decision, ports: Ports): Promise<void> {
  if (edited.length === 0) return;
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
