import type { Content, FileContent, Manifest, Message } from "../types.ts";
import { detectCredentials } from "./detect-credentials.ts";
import { createProblem, formatProblem, type Problem, quote } from "./problem.ts";
import type { ProblemCollector } from "./problem-collector.ts";
import { readSourceMessages, type SourceOptions } from "./source/source-messages.ts";

/** Called with each message of a data file while the file is checked, so that it is read only once. */
export type OnMessage = (manifest: string, message: Message, bytes: number) => void;

/** The number of rows of a data file that are checked for probable mistakes: enough to find them, and cheap for a million rows. */
const maxLintedRows = 1_000;

/** Maximum ids of a data file that are compared to find duplicates, to limit memory. */
const maxRememberedIds = 200_000;

/** Thrown if a data file became invalid after it was checked. The message has one problem per line. */
export class DataFileError extends Error {
  override name = "DataFileError";
}

/** Reads a data file once, and reports its problems. */
export async function checkDataFile(
  { name }: Pick<Manifest, "name">,
  reading: SourceOptions,
  onMessage: OnMessage,
  problems: ProblemCollector,
): Promise<FileContent["size"]> {
  const ids = new Set<string>();
  const silent = new Set(
    ["CREDENTIAL_IN_ID", "CREDENTIAL_IN_BODY"].filter((code) => problems.isSuppressed(reading.location, code)),
  );
  let messages = 0;
  let bytes = 0;
  const before = problems.errors;
  // A data file has no comments; its warnings are silenced where the manifest names it.
  const onProblem = (found: Problem) => {
    if (found.severity === "error" || !problems.isSuppressed(reading.location, found.code)) problems.add(found);
  };
  for await (const some of readSourceMessages(reading, 0, onProblem)) {
    for (const each of some) {
      messages += 1;
      bytes += each.bytes;
      if (messages <= maxLintedRows) lintRow(each.message, silent, problems);
      checkId(each.message, ids, problems);
      onMessage(name, each.message, each.bytes);
    }
  }
  if (messages === 0 && problems.errors === before) {
    const what = `the data file ${quote(reading.source.file)} has no rows`;
    problems.add(createProblem("DATA_EMPTY", reading.location, what, "Add rows, or remove the manifest."));
  }
  return { messages, bytes };
}

function lintRow(message: Message, silent: ReadonlySet<string>, problems: ProblemCollector): void {
  detectCredentials(message, (code, _path, _snippet, what, next) => {
    if (!silent.has(code)) problems.add(createProblem(code, message.location, what, next));
  });
}

function checkId({ id, location }: Message, ids: Set<string>, problems: ProblemCollector): void {
  if (id === undefined) return;
  if (ids.has(id)) {
    const what = `the id ${quote(id)} is already used by an earlier row`;
    problems.add(createProblem("DUPLICATE_ID", location, what, "Give each message of a manifest its own id."));
  } else if (ids.size < maxRememberedIds) ids.add(id);
}

/** Builds the content of a manifest with a data file. */
export function createFileContent(reading: SourceOptions, size: FileContent["size"]): FileContent {
  return {
    kind: "file",
    file: reading.source.file,
    size,
    async *read(from = 0) {
      const found: Problem[] = [];
      for await (const some of readSourceMessages(reading, from, (each) => {
        if (each.severity === "error") found.push(each);
      })) {
        if (found.length > 0) break;
        yield some.map(({ message }) => message);
      }
      if (found.length > 0) throw new DataFileError(found.map(formatProblem).join("\n"));
    },
  };
}

/** Reads all messages of a manifest into memory. For a large data file, stream its content instead. */
export async function readAllMessages(content: Content): Promise<readonly Message[]> {
  if (content.kind === "inline") return content.messages;
  const all: Message[] = [];
  for await (const some of content.read()) all.push(...some);
  return all;
}
