import { number } from "../../figures.ts";
import type { Decision } from "../../plan/index.ts";
import { Refusal } from "../errors.ts";
import type { Ports } from "../host.ts";
import { readGiven } from "../source/inline-messages.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { lastOf } from "./diff.ts";

/** @throws Refusal when something was edited that was pushed, with its place and both digests */
export async function refuseEdited(inputs: SegmentInputs, { edited }: Decision, ports: Ports): Promise<void> {
  if (edited.length === 0) return;
  if (inputs.content.kind === "rows") refuseRows(inputs, inputs.content.from, edited);
  await refuseMessages(inputs, edited, ports);
}

async function refuseMessages(inputs: SegmentInputs, edited: Decision["edited"], ports: Ports): Promise<never> {
  const messages = await describe(inputs, ports);
  const lines = edited.slice(0, toldEdits).map(({ index, id, pushed, present }) => {
    const { place = inputs.file, changing = [] } = messages[index] ?? {};
    return (
      `${place} the message ${JSON.stringify(id)} was pushed with another body (pushed ${pushed}, now ${present}). ` +
      `Give it another id to push it as a new message, or restore its body.${ifUnedited(inputs.manifest, changing)}`
    );
  });
  if (edited.length > toldEdits) lines.push(`So were ${number(edited.length - toldEdits)} more messages.`);
  throw new Refusal("MESSAGE_EDITED", `nothing of ${inputs.manifest} was pushed.\n${lines.join("\n")}`);
}

/** A body that nobody edited has another digest when a variable in it has another value. */
function ifUnedited(manifest: string, changing: readonly string[]): string {
  if (changing.length === 0) return "";
  const names = [...new Set(changing)].map((name) => `\${${name}}`).join(", ");
  return (
    ` If its text was not edited, a variable in it has another value: ${names}. ` +
    `Then \`queue-seeder baseline ${manifest}\` marks it as pushed with the present value, and pushes nothing.`
  );
}

interface Described {
  /** Where it stands, in words. */
  readonly place: string;
  readonly changing?: readonly string[] | undefined;
}

async function describe(inputs: SegmentInputs, ports: Ports): Promise<readonly Described[]> {
  if (inputs.inlineMessages !== undefined) return readGiven(inputs.inlineMessages).places.map((place) => ({ place }));
  const { readContent } = await import("../source/manifest-messages.ts");
  const content = await readContent(inputs, ports);
  const messages = content?.kind === "inline" ? content.messages : [];
  return messages.map(({ place: { file, line, column }, changing }) => ({
    place: `${file}:${line}:${column}`,
    changing,
  }));
}

/** Messages, or ranges of rows, that are told one by one: an error that is too long breaks the engine's connection. */
const toldEdits = 20;

/** A data file is append-only: what was pushed of it must still be in it. */
function refuseRows({ manifest, file }: SegmentInputs, from: number, edited: Decision["edited"]): never {
  const lines = edited.slice(0, toldEdits).map(({ index, messages, pushed, present }) => {
    const first = from + index + 1;
    const rows =
      messages === 1 ? `row ${first} was` : `one or more of the rows ${first} to ${first + messages - 1} were`;
    const now = present === "missing" ? "no longer all there" : `now ${present}`;
    return `${rows} pushed as something else (pushed ${pushed}, ${now}).`;
  });
  if (edited.length > toldEdits) lines.push(`So were ${number(edited.length - toldEdits)} more ranges of rows.`);
  throw dataFileEdited(`nothing of this part of ${manifest} (${file}) was pushed.\n${lines.join("\n")}`);
}

/** @throws Refusal when the data file ended further on when it was deployed */
export function refuseShrunk(olds: Pick<SegmentOutputs, "content">, news: SegmentInputs): void {
  if (news.mode !== "once" || news.content.kind !== "rows") return;
  if (lastOf(olds) !== false || !news.content.last) return;
  const rows = news.content.from + news.messages;
  throw dataFileEdited(
    `${news.manifest} (${news.file}) ends with row ${rows} now, and went on behind it when it was deployed last.`,
  );
}

function dataFileEdited(what: string): Refusal {
  return new Refusal(
    "DATA_FILE_EDITED",
    `${what}\nRestore the rows: a data file only grows. To push changed ones, add them at its end; ` +
      "to accept the file as it is, `queue-seeder baseline` marks it as pushed.",
  );
}
