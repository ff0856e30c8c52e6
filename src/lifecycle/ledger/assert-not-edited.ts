import { formatNumber } from "../../format.ts";
import type { Decision } from "../../plan/index.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { parseInlineMessages } from "../source/inline-messages.ts";
import type { QueueLedger, SegmentInputs } from "../state/segment.ts";
import { isLastSegment } from "./diff.ts";
import { recordsMessages } from "./queue-ledgers.ts";

/** Throws if pushed messages or rows were edited. @throws SeederError with the location and both digests of each */
export async function assertNotEdited(inputs: SegmentInputs, { edited }: Decision, host: ProviderHost): Promise<void> {
  if (edited.length === 0) return;
  if (inputs.content.kind === "rows") throwRowsEdited(inputs, inputs.content.from, edited);
  await throwMessagesEdited(inputs, edited, host);
}

async function throwMessagesEdited(
  inputs: SegmentInputs,
  edited: Decision["edited"],
  host: ProviderHost,
): Promise<never> {
  const messages = await describeMessages(inputs, host);
  const lines = edited.slice(0, maxListedEdits).map(({ index, id, pushed, present }) => {
    const { location = inputs.file, changing = [] } = messages[index] ?? {};
    return (
      `${location} the message ${JSON.stringify(id)} was pushed with a different body (pushed ${pushed}, now ${present}). ` +
      `Give it another id to push it as a new message, or restore its body.${explainChangedVariables(inputs.manifest, changing)}`
    );
  });
  if (edited.length > maxListedEdits)
    lines.push(`${formatNumber(edited.length - maxListedEdits)} more messages were edited as well.`);
  throw new SeederError("MESSAGE_EDITED", `nothing from ${inputs.manifest} was pushed.\n${lines.join("\n")}`);
}

/** The digest of an unedited body changes when the value of one of its variables changes. */
function explainChangedVariables(manifest: string, changing: readonly string[]): string {
  if (changing.length === 0) return "";
  const names = [...new Set(changing)].map((name) => `\${${name}}`).join(", ");
  return (
    ` If its text was not edited, a variable in it has another value: ${names}. ` +
    `Then \`queue-seeder baseline ${manifest}\` marks it as pushed with the current value, and pushes nothing.`
  );
}

interface MessageDescription {
  /** Location of the message, for display. */
  readonly location: string;
  readonly changing?: readonly string[] | undefined;
}

async function describeMessages(inputs: SegmentInputs, host: ProviderHost): Promise<readonly MessageDescription[]> {
  if (inputs.inlineMessages !== undefined)
    return parseInlineMessages(inputs.inlineMessages).locations.map((location) => ({ location }));
  const { loadContent } = await import("../source/manifest-messages.ts");
  const content = await loadContent(inputs, host);
  const messages = content?.kind === "inline" ? content.messages : [];
  return messages.map(({ location: { file, line, column }, variables }) => ({
    location: `${file}:${line}:${column}`,
    changing: variables,
  }));
}

/** Maximum number of messages or row ranges to list: a longer error breaks the connection to Pulumi. */
const maxListedEdits = 20;

/** Data files are append-only: pushed rows must stay in the file. */
function throwRowsEdited({ manifest, file }: SegmentInputs, from: number, edited: Decision["edited"]): never {
  const lines = edited.slice(0, maxListedEdits).map(({ index, messages, pushed, present }) => {
    const first = from + index + 1;
    const rows =
      messages === 1 ? `row ${first} was` : `one or more of the rows ${first} to ${first + messages - 1} were`;
    const now = present === "missing" ? "no longer all there" : `now ${present}`;
    return `${rows} pushed with different content (pushed ${pushed}, ${now}).`;
  });
  if (edited.length > maxListedEdits)
    lines.push(`${formatNumber(edited.length - maxListedEdits)} more ranges of rows were edited as well.`);
  throw dataFileEditedError(`nothing from this part of ${manifest} (${file}) was pushed.\n${lines.join("\n")}`);
}

/** @throws SeederError if the data file had more rows when it was last deployed */
export function assertNotShrunk(olds: Pick<QueueLedger, "content" | "ledger">, news: SegmentInputs): void {
  if (news.mode !== "once" || news.content.kind !== "rows") return;
  // A segment behind the end of the file, see `withFormerSegments`.
  const isFormer = news.messages === 0 && news.content.from > 0;
  const hadMore = isLastSegment(olds) === false || (isFormer && recordsMessages(olds));
  if (!hadMore || !news.content.last) return;
  const rows = news.content.from + news.messages;
  const present = rows === 0 ? "has no rows" : `ends with row ${rows}`;
  throw dataFileEditedError(
    `${news.manifest} (${news.file}) ${present} now, but had more rows when it was last deployed.`,
  );
}

function dataFileEditedError(what: string): SeederError {
  return new SeederError(
    "DATA_FILE_EDITED",
    `${what}\nRestore the rows: a data file is append-only. To push changed rows, add them at its end; ` +
      "to accept the file unchanged, mark it as pushed with `queue-seeder baseline`.",
  );
}
