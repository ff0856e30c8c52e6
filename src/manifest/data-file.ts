import { join } from "node:path";
import { debug } from "../debug.ts";
import type { Content, ContentSize, FileContent, Manifest, Message } from "../types.ts";
import { detectCredentials } from "./detect-credentials.ts";
import { createProblem, formatDiagnostic, type Problem, quote } from "./problem.ts";
import type { ProblemCollector } from "./problem-collector.ts";
import { digestSource, isLargeSource, SourceDigest } from "./source/source-digest.ts";
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

/**
 * The sizes of the data files that earlier runs read without a problem, by digest. Called for the first large data file, since it
 * may take time.
 */
export type EarlierReadings = () => Promise<ReadonlyMap<string, ContentSize>>;

/** A data file that was checked. */
type CheckedFile = Pick<FileContent, "size" | "digest">;

/**
 * Reads a data file once, and reports its problems. A file that was read before is not parsed again, only its bytes are read for
 * its digest.
 *
 * @param earlier undefined to parse the file in any case, and not to compute its digest
 */
export async function checkDataFile(
  manifest: Pick<Manifest, "name">,
  reading: SourceOptions,
  onMessage: OnMessage,
  problems: ProblemCollector,
  earlier: EarlierReadings | undefined,
): Promise<CheckedFile> {
  const path = join(reading.root, reading.source.file);
  const context = earlier === undefined || !isLargeSource(path) ? undefined : reading.context();
  if (earlier === undefined || context === undefined) return parseDataFile(manifest, reading, onMessage, problems);
  const known = await earlier();
  const digest = known.size === 0 ? undefined : await digestSource(path, context);
  const size = digest === undefined ? undefined : known.get(digest);
  if (size === undefined) return parseDataFile(manifest, reading, onMessage, problems, context);
  debug("data file: unchanged", () => ({ file: reading.source.file, ...size }));
  return { size, digest };
}

/** @param context if the digest is wanted: what decides the messages, other than the bytes */
async function parseDataFile(
  { name }: Pick<Manifest, "name">,
  reading: SourceOptions,
  onMessage: OnMessage,
  problems: ProblemCollector,
  context?: string,
): Promise<CheckedFile> {
  const ids = new Set<string>();
  const silent = new Set(
    ["CREDENTIAL_IN_ID", "CREDENTIAL_IN_BODY"].filter((code) => problems.isSuppressed(reading.location, code)),
  );
  let messages = 0;
  let bytes = 0;
  const before = problems.errors;
  // Computed from the very bytes that are parsed: the file may change at any time.
  const source = context === undefined ? undefined : new SourceDigest(context);
  let reported = false;
  let digest: string | undefined;
  const report = (found: Problem) => {
    reported = true;
    problems.add(found);
  };
  // A data file has no comments; its warnings are silenced where the manifest names it.
  const onProblem = (found: Problem) => {
    if (found.severity === "error" || !problems.isSuppressed(reading.location, found.code)) report(found);
  };
  const raw = source && {
    add: (bytes: Buffer) => source.add(bytes),
    end: () => {
      digest = source.digest();
    },
  };
  for await (const some of readSourceMessages(reading, 0, onProblem, raw)) {
    for (const each of some) {
      messages += 1;
      bytes += each.bytes;
      if (messages <= maxLintedRows) lintRow(each.message, silent, report);
      checkId(each.message, ids, report);
      onMessage(name, each.message, each.bytes);
    }
  }
  if (messages === 0 && problems.errors === before) {
    const what = `the data file ${quote(reading.source.file)} has no rows`;
    report(createProblem("DATA_EMPTY", reading.location, what, "Add rows, or remove the manifest."));
  }
  debug("data file: parsed", () => ({ file: reading.source.file, messages, bytes }));
  // A reading with a problem has no digest, so that the next run reports the problem again.
  return { size: { messages, bytes }, digest: reported ? undefined : digest };
}

type OnProblem = (found: Problem) => void;

function lintRow(message: Message, silent: ReadonlySet<string>, onProblem: OnProblem): void {
  detectCredentials(message, (code, _place, what, next) => {
    if (!silent.has(code)) onProblem(createProblem(code, message.location, what, next));
  });
}

function checkId({ id, location }: Message, ids: Set<string>, onProblem: OnProblem): void {
  if (id === undefined) return;
  if (ids.has(id)) {
    const what = `the id ${quote(id)} is already used by an earlier row`;
    onProblem(createProblem("DUPLICATE_ID", location, what, "Give each message of a manifest its own id."));
  } else if (ids.size < maxRememberedIds) ids.add(id);
}

/** Builds the content of a manifest with a data file. */
export function createFileContent(reading: SourceOptions, { size, digest }: CheckedFile): FileContent {
  return {
    kind: "file",
    file: reading.source.file,
    size,
    digest,
    async *read(from = 0) {
      const found: Problem[] = [];
      for await (const some of readSourceMessages(reading, from, (each) => {
        if (each.severity === "error") found.push(each);
      })) {
        if (found.length > 0) break;
        yield some.map(({ message }) => message);
      }
      if (found.length > 0) throw new DataFileError(found.map(formatDiagnostic).join("\n"));
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
