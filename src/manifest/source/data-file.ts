import { join } from "node:path";
import { debug } from "../../debug.ts";
import { isSegmentEnd, readBody } from "../../plan/index.ts";
import type { Content, FileContent, FilePrefix, Manifest, Message, RowMessage } from "../../types.ts";
import { detectCredentials } from "../message/detect-credentials.ts";
import { createProblem, formatDiagnostic, type Problem, quote } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { digestMeanwhile, type EarlierReadings } from "./earlier-readings.ts";
import { ParsedDigest } from "./parsed-digest.ts";
import { digestSource, isLargeSource, SourceDigest } from "./source-digest.ts";
import { readSourceMessages, type SourceOptions } from "./source-messages.ts";

/** Called with each message of a data file while the file is checked, so that it is read only once. */
export type OnMessage = (manifest: string, message: RowMessage, bytes: number) => void;

/** The number of rows of a data file that are checked for probable mistakes: enough to find them, and cheap for a million rows. */
const maxLintedRows = 1_000;

/** Maximum ids of a data file that are compared to find duplicates, to limit memory. */
const maxRememberedIds = 200_000;

/** Thrown if a data file became invalid after it was checked. The message has one problem per line. */
export class DataFileError extends Error {
  override name = "DataFileError";
}

/** Called instead of {@link OnMessage} for rows at the start of a file that are not parsed again. */
export type OnPrefix = (manifest: string, prefix: FilePrefix) => void;

export interface DataFileOptions {
  readonly onMessage: OnMessage;
  readonly onPrefix: OnPrefix;
  /** Undefined to parse files in any case, and not to compute their digests. */
  readonly earlierReadings: EarlierReadings | undefined;
}

/** A data file that was checked. */
type CheckedFile = Pick<FileContent, "size" | "digest" | "prefix">;

/**
 * Reads a data file once, and reports its problems. A file that was read before is not parsed again, only its bytes are read for
 * its digest; if lines were appended to it, only these are parsed.
 */
export async function checkDataFile(
  { name }: Pick<Manifest, "name">,
  reading: SourceOptions,
  { onMessage, onPrefix, earlierReadings }: DataFileOptions,
  problems: ProblemCollector,
): Promise<CheckedFile> {
  const path = join(reading.root, reading.source.file);
  const onRow: OnRow = (message, bytes) => onMessage(name, message, bytes);
  const context = earlierReadings === undefined || !isLargeSource(path) ? undefined : reading.context();
  if (earlierReadings === undefined || context === undefined) return parseDataFile(reading, onRow, problems);
  const { known, whole } = await digestMeanwhile(path, context, earlierReadings);
  const same = known.find(({ digest }) => digest === whole);
  if (same !== undefined) {
    debug("data file: unchanged", () => ({ file: reading.source.file, ...same.size }));
    return same;
  }
  const prefixes = reading.isResumable ? known.flatMap(({ prefix }) => prefix ?? []) : [];
  const offsets = prefixes.map(({ offset }) => offset);
  const digests = offsets.length === 0 ? [] : await digestSource(path, context, { offsets });
  for (const before of digests.toReversed()) {
    const own = before.digest();
    const prefix = prefixes.find(({ digest }) => digest === own);
    if (prefix === undefined) continue;
    onPrefix(name, prefix);
    return parseDataFile(reading, onRow, problems, new ParsedDigest(before, prefix));
  }
  return parseDataFile(reading, onRow, problems, new ParsedDigest(new SourceDigest(context)));
}

type OnRow = (message: RowMessage, bytes: number) => void;

/** Parses the rows of a data file, except those of the digest's prefix. @param digest undefined to compute none */
async function parseDataFile(
  reading: SourceOptions,
  onRow: OnRow,
  problems: ProblemCollector,
  digest?: ParsedDigest,
): Promise<CheckedFile> {
  const { file } = reading.source;
  const ids = new Set<string>();
  const silent = new Set(
    ["CREDENTIAL_IN_ID", "CREDENTIAL_IN_BODY"].filter((code) => problems.isSuppressed(reading.location, code)),
  );
  const prefix = digest?.prefix;
  let { messages, bytes } = prefix ?? { messages: 0, bytes: 0 };
  const before = problems.errors;
  let reported = false;
  const report = (found: Problem) => {
    reported = true;
    problems.add(found);
  };
  // A data file has no comments; its warnings are silenced where the manifest names it.
  const onProblem = (found: Problem) => {
    if (found.severity === "error" || !problems.isSuppressed(reading.location, found.code)) report(found);
  };
  for await (const some of readSourceMessages(reading, onProblem, { prefix, raw: digest })) {
    for (const each of some) {
      messages += 1;
      bytes += each.bytes;
      if (messages <= maxLintedRows) lintRow(each.message, silent, report);
      checkId(each.message, ids, report);
      onRow(each.message, each.bytes);
      if (reading.isResumable && each.end !== undefined && isSegmentEnd(messages)) {
        digest?.cut({ messages, bytes, offset: each.end, line: each.message.location.line + 1 });
      }
    }
  }
  if (messages === 0 && problems.errors === before) {
    const what = `the data file ${quote(file)} has no rows`;
    report(createProblem("DATA_EMPTY", reading.location, what, "Add rows, or remove the manifest."));
  }
  debug(prefix === undefined ? "data file: parsed" : "data file: appended", () => ({ file, messages, bytes }));
  const size = { messages, bytes };
  // A reading with a problem has no digest, so that the next run reports the problem again.
  if (reported) return { size, digest: undefined, prefix: undefined };
  return { size, digest: digest?.whole, prefix: digest?.prefix };
}

type OnProblem = (found: Problem) => void;

function lintRow(message: RowMessage, silent: ReadonlySet<string>, onProblem: OnProblem): void {
  detectCredentials({ id: message.id, body: readBody(message) }, (code, _location, what, next) => {
    if (!silent.has(code)) onProblem(createProblem(code, message.location, what, next));
  });
}

function checkId({ id, location }: RowMessage, ids: Set<string>, onProblem: OnProblem): void {
  if (id === undefined) return;
  const before = ids.size;
  if (before >= maxRememberedIds ? !ids.has(id) : ids.add(id).size > before) return;
  const what = `the id ${quote(id)} is already used by an earlier row`;
  onProblem(createProblem("DUPLICATE_ID", location, what, "Give each message of a manifest its own id."));
}

/** Builds the content of a manifest with a data file. */
export function createFileContent(reading: SourceOptions, { size, digest, prefix }: CheckedFile): FileContent {
  async function* readRows(from = 0): AsyncGenerator<readonly RowMessage[]> {
    const found: Problem[] = [];
    const onProblem = (each: Problem) => {
      if (each.severity === "error") found.push(each);
    };
    for await (const some of readSourceMessages(reading, onProblem, { skip: from })) {
      if (found.length > 0) break;
      yield some.map(({ message }) => message);
    }
    if (found.length > 0) throw new DataFileError(found.map(formatDiagnostic).join("\n"));
  }
  return {
    kind: "file",
    file: reading.source.file,
    size,
    digest,
    prefix,
    readRows,
    async *read(from) {
      for await (const some of readRows(from)) yield some.map(parseBody);
    },
  };
}

function parseBody(message: RowMessage): Message {
  if (message.body !== undefined) return message;
  const { id, json, canonical, contentType, delaySeconds, location } = message;
  return { id, body: readBody(message), json, canonical, contentType, delaySeconds, location };
}

/** Reads all messages of a manifest into memory. For a large data file, stream its content instead. */
export async function readAllMessages(content: Content): Promise<readonly Message[]> {
  if (content.kind === "inline") return content.messages;
  const all: Message[] = [];
  for await (const some of content.read()) all.push(...some);
  return all;
}
