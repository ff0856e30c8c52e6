import type { Content, FileContent, Manifest, Message } from "../types.ts";
import type { Problems } from "./collect.ts";
import { formatProblem, type Problem, problem, quote } from "./problem.ts";
import { type SourceReading, sourceMessages } from "./source/messages.ts";

/** Is given each message of a data file while the file is checked, so that it is read once for all purposes. */
export type OnMessage = (manifest: string, message: Message, bytes: number) => void;

/** A data file has become unreadable since it was checked. Its message is the problems, a line each. */
export class DataFileError extends Error {
  override name = "DataFileError";
}

/** Reads a data file once, from its beginning to its end, and tells what is wrong with it. */
export async function checkSource(
  { name, place }: Pick<Manifest, "name" | "place">,
  reading: SourceReading,
  onMessage: OnMessage,
  problems: Problems,
): Promise<FileContent["size"]> {
  let messages = 0;
  let bytes = 0;
  const before = problems.errors;
  for await (const some of sourceMessages(reading, 0, (found) => problems.add(found))) {
    for (const each of some) {
      messages += 1;
      bytes += each.bytes;
      onMessage(name, each.message, each.bytes);
    }
  }
  if (messages === 0 && problems.errors === before) {
    const what = `the data file ${quote(reading.source.file)} has no rows`;
    problems.add(problem("DATA_EMPTY", place, what, "Add rows, or remove the manifest."));
  }
  return { messages, bytes };
}

/** The content of a manifest whose messages stay in a data file. */
export function fileContent(reading: SourceReading, size: FileContent["size"]): FileContent {
  return {
    kind: "file",
    file: reading.source.file,
    size,
    async *read(from = 0) {
      const found: Problem[] = [];
      for await (const some of sourceMessages(reading, from, (each) => found.push(each))) {
        if (found.length > 0) break;
        yield some.map(({ message }) => message);
      }
      if (found.length > 0) throw new DataFileError(found.map(formatProblem).join("\n"));
    },
  };
}

/** All messages of a manifest, in memory. For a large data file read its content instead. */
export async function allMessages(content: Content): Promise<readonly Message[]> {
  if (content.kind === "inline") return content.messages;
  const all: Message[] = [];
  for await (const some of content.read()) all.push(...some);
  return all;
}
