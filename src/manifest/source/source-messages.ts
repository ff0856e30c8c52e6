import { join } from "node:path";
import { describeFileError, isFileError } from "../../file-error.ts";
import { countBodyBytes } from "../../plan/index.ts";
import type { FilePrefix, JsonValue, Message, RowMessage, SourceLocation, VerbatimMessage } from "../../types.ts";
import { recordSpelling } from "../json/number-spelling.ts";
import type { MessageInput } from "../manifest-input.ts";
import { buildMessage, type ManifestContext } from "../message/build-message.ts";
import { checkBodySize, checkId } from "../message/check-message.ts";
import { withDedupKey } from "../message/dedup-key.ts";
import { validateBody } from "../message/validate-body.ts";
import { describeType } from "../problem/describe-value.ts";
import { createProblem, type Problem, quote } from "../problem/problem.ts";
import { problemCodes } from "../problem/problem-codes.ts";
import type { Scope } from "../template/variables.ts";
import type { OnMessageProblem } from "../yaml/message-location.ts";
import { CompressionError } from "./compression.ts";
import { DataFileAbort, type OnDataProblem } from "./data-file-errors.ts";
import { type RawBytes, readBytes } from "./read-bytes.ts";
import type { SourceFile } from "./resolve-source.ts";
import { type Row, startOfFile } from "./row-reader.ts";
import { type MappedRow, RowTemplate } from "./row-template.ts";
import { utf8Chunks } from "./utf8.ts";

/** The settings for converting the rows of a data file to messages. */
export interface SourceOptions {
  readonly root: string;
  readonly source: SourceFile;
  /** The location of the file's name in the manifest. */
  readonly location: SourceLocation;
  readonly manifest: ManifestContext;
  /** The map from a row to a message; undefined if the row is the body. */
  readonly map: MessageInput | undefined;
  readonly scope: Scope;
  /** Returns everything but the file's bytes that decides the messages, see `describeContext`; undefined if that is unknown. */
  readonly context: () => string | undefined;
  /** Whether rows after a prefix can be read without the prefix, and do not change its record. */
  readonly isResumable: boolean;
}

/** A message of a data file, with the bytes of its body. */
export interface SourceMessage {
  readonly message: RowMessage;
  readonly bytes: number;
  /** See {@link Row.end}. */
  readonly end: number | undefined;
}

export interface ReadOptions {
  /** Rows to parse, but not to convert to messages, at the start; default 0. */
  readonly skip?: number;
  /** Rows that are not read, and the position after them. Only if the reading `isResumable`. */
  readonly prefix?: FilePrefix | undefined;
  /** Receives the file's bytes. */
  readonly raw?: RawBytes | undefined;
}

/**
 * Streams the messages of a data file in order, in groups. Rows with problems are reported and skipped; an error that ends the file
 * early is reported last.
 */
export async function* readSourceMessages(
  reading: SourceOptions,
  onProblem: (found: Problem) => void,
  { skip = 0, prefix, raw }: ReadOptions = {},
): AsyncGenerator<readonly SourceMessage[]> {
  const { root, source } = reading;
  const location = ({ line, column }: { line: number; column: number }): SourceLocation => ({
    file: source.file,
    line,
    column,
  });
  const reportInFile: OnDataProblem = (code, position, what, next) =>
    onProblem(createProblem(code, location(position), what, next));
  let index = (prefix?.messages ?? 0) + skip;
  const start = prefix ?? startOfFile;
  try {
    const chunks = utf8Chunks(readBytes(join(root, source.file), source.compression, raw, start.offset), start.line);
    const template = compileMap(reading);
    for await (const rows of source.reader(chunks, { onProblem: reportInFile, skip, start, template })) {
      yield rows.map((row) => toMessage(row, index++, reading, location(row.position), reportInFile));
    }
  } catch (error) {
    onProblem(toProblem(error, reading));
  }
}

/** Returns the template for a map whose messages are checked without the values of their bodies. */
function compileMap({ map, manifest: { defaults, schemas, dedupKeys } }: SourceOptions): RowTemplate | undefined {
  const needsBody = schemas.length > 0 || dedupKeys !== undefined;
  if (map === undefined || needsBody || (map.content_type ?? defaults?.content_type) === "text") return undefined;
  return RowTemplate.compile(map);
}

/** Builds the message of a row that the map's template was applied to. @returns undefined if `buildMessage` must check it */
function toMappedMessage(
  { id, json, canonical }: MappedRow,
  delaySeconds: number | string | undefined,
  location: SourceLocation,
): Omit<SourceMessage, "end"> | undefined {
  const bytes = Buffer.byteLength(json);
  const isValid = checkBodySize(bytes) === undefined && (id === undefined || checkId(id) === undefined);
  if (!isValid || typeof delaySeconds === "string") return undefined;
  return { message: { id, json, canonical, contentType: "json", delaySeconds, location }, bytes };
}

function toMessage(
  row: Row,
  index: number,
  { map, manifest, scope }: SourceOptions,
  location: SourceLocation,
  onProblem: OnDataProblem,
): SourceMessage {
  const { end } = row;
  const reportInRow: OnMessageProblem = (code, { location: elsewhere }, what, next) => {
    // Warnings about the map were reported once, at the map, and so were problems in other files.
    if (problemCodes[code].severity === "error" && elsewhere === undefined) onProblem(code, location, what, next);
  };
  if (map !== undefined) {
    const delay = map.delay_seconds ?? manifest.defaults?.delay_seconds;
    const mapped = row.mapped && toMappedMessage(row.mapped, delay, location);
    if (mapped !== undefined) return { ...mapped, end };
    const local: Readonly<Record<string, JsonValue>> = { row: row.value, index };
    if (row.spelling !== undefined) recordSpelling(local, "row", row.value, row.spelling);
    const built = buildMessage(map, manifest, { ...scope, local, row }, location, reportInRow, index);
    return { message: built.message, bytes: built.bytes, end };
  }
  const { defaults, schemas, dedupKeys } = manifest;
  const contentType = defaults?.content_type ?? "json";
  // Variables in the defaults were replaced before the first row was read.
  const delaySeconds = typeof defaults?.delay_seconds === "number" ? defaults.delay_seconds : undefined;
  const { json, canonical } = row;
  const needsBody = contentType === "text" || schemas.length > 0 || dedupKeys !== undefined;
  if (canonical !== undefined && !needsBody) {
    const message: VerbatimMessage = { id: undefined, json, canonical, contentType, delaySeconds, location };
    reportSize(row.bytes, location, onProblem);
    return { message, bytes: row.bytes, end };
  }
  const plain: Message = { id: undefined, body: row.value, json, canonical, contentType, delaySeconds, location };
  if (contentType === "text" && typeof row.value !== "string") {
    const what = `the row is ${describeType(row.value)}, but the manifest's content type is text`;
    onProblem(
      "TEXT_BODY_NOT_TEXT",
      location,
      what,
      "Write text in each row, or content_type: json in the manifest's defaults.",
    );
    return { message: plain, bytes: 0, end };
  }
  const dedupKey = dedupKeys?.generate(plain, [], index, reportInRow);
  const message = dedupKey === undefined ? plain : { ...plain, dedupKey };
  const sent = withDedupKey(message);
  validateBody(schemas, sent, [], reportInRow);
  // The row was measured when it was read.
  const bytes = contentType === "text" || dedupKey !== undefined ? countBodyBytes(sent) : row.bytes;
  reportSize(bytes, location, onProblem);
  return { message, bytes, end };
}

function reportSize(bytes: number, location: SourceLocation, onProblem: OnDataProblem): void {
  const oversized = checkBodySize(bytes);
  if (oversized !== undefined) onProblem(oversized.code, location, oversized.message, oversized.hint);
}

function toProblem(error: unknown, { source: { file }, location }: SourceOptions): Problem {
  const start = { file, line: 1, column: 1 };
  if (error instanceof DataFileAbort)
    return createProblem(error.code, { file, ...error.location }, error.message, error.hint);
  if (error instanceof CompressionError) return createProblem("DATA_COMPRESSION", start, error.message, error.hint);
  if (!isFileError(error)) throw error;
  const { reason, hint } = describeFileError(error);
  return createProblem("FILE_UNREADABLE", location, `${quote(file)} cannot be read: ${reason}`, hint);
}
