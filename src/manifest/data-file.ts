import type { Content, FileContent, Manifest, Message } from "../types.ts";
import { detectCredentials } from "./detect-credentials.ts";
import { createProblem, formatProblem, type Problem, quote } from "./problem.ts";
import type { ProblemCollector } from "./problem-collector.ts";
import { readSourceMessages, type SourceOptions } from "./source/source-messages.ts";

/** Is given each message of a data file while the file is checked, so that it is read once for all purposes. */
export type OnMessage = (manifest: string, message: Message, bytes: number) => void;

/** Rows of a data file that are looked at for what is hardly meant: enough to see it, and no cost for a million. */
const maxLintedRows = 1_000;

/** Ids of a data file that are remembered to find one that repeats: memory must not grow with the file. */
const maxRememberedIds = 200_000;

/** A data file has become unreadable since it was checked. Its message is the problems, a line each. */
export class DataFileError extends Error {
  override name = "DataFileError";
}

/** Reads a data file once, from its beginning to its end, and tells what is wrong with it. */
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
  // A data file has no comments; what it is warned of is silenced where the manifest names it.
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
    const what = `the id ${quote(id)} is that of an earlier row already`;
    problems.add(createProblem("DUPLICATE_ID", location, what, "Give each message of a manifest its own id."));
  } else if (ids.size < maxRememberedIds) ids.add(id);
}

/** The content of a manifest whose messages stay in a data file. */
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

/** All messages of a manifest, in memory. For a large data file read its content instead. */
export async function readAllMessages(content: Content): Promise<readonly Message[]> {
  if (content.kind === "inline") return content.messages;
  const all: Message[] = [];
  for await (const some of content.read()) all.push(...some);
  return all;
}
