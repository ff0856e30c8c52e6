import { join } from "node:path";
import { describeFileError, isFileError } from "../../file-error.ts";
import { limits } from "../../limits.ts";
import { countBodyBytes } from "../../plan/index.ts";
import type { JsonValue, Message, SourceLocation } from "../../types.ts";
import { checkBodySchemas } from "../body.ts";
import { buildMessage, type Common, tooLarge } from "../build.ts";
import { codes } from "../codes.ts";
import type { OnProblem } from "../interpolate.ts";
import { type Problem, problem, quote } from "../problem.ts";
import { noteSpelling } from "../spelling.ts";
import { stamped } from "../stamp.ts";
import type { Scope } from "../variables.ts";
import { typeName } from "../words.ts";
import type { WrittenMessage } from "../written.ts";
import { readBytes } from "./bytes.ts";
import { CompressionError } from "./compression.ts";
import type { Row } from "./rows.ts";
import type { SourceFile } from "./spec.ts";
import { DataStop, type TellSpot } from "./stop.ts";
import { utf8Chunks } from "./utf8.ts";

/** What makes messages of the rows of a data file. */
export interface SourceReading {
  readonly root: string;
  readonly source: SourceFile;
  /** Where the manifest names the file. */
  readonly place: SourceLocation;
  readonly common: Common;
  /** How a row becomes a message; undefined: it is the body. */
  readonly map: WrittenMessage | undefined;
  readonly scope: Scope;
}

/** A message out of a data file, and the bytes of its body. */
export interface SourceMessage {
  readonly message: Message;
  readonly bytes: number;
}

/**
 * Streams the messages of a data file, some at once, in order. Rows with problems are told and left out; what keeps the
 * file from being read to its end is told last.
 *
 * @param from number of rows at the start to pass over
 */
export async function* sourceMessages(
  reading: SourceReading,
  from: number,
  tell: (found: Problem) => void,
): AsyncGenerator<readonly SourceMessage[]> {
  const { root, source } = reading;
  const place = ({ line, column }: { line: number; column: number }): SourceLocation => ({
    file: source.file,
    line,
    column,
  });
  const tellSpot: TellSpot = (code, spot, what, next) => tell(problem(code, place(spot), what, next));
  let index = from;
  try {
    const chunks = utf8Chunks(readBytes(join(root, source.file), source.compression));
    for await (const rows of source.reader(chunks, { tell: tellSpot, skip: from })) {
      yield rows.map((row) => toMessage(row, index++, reading, place(row.spot), tellSpot));
    }
  } catch (error) {
    tell(asProblem(error, reading));
  }
}

function toMessage(
  row: Row,
  index: number,
  { map, common, scope }: SourceReading,
  place: SourceLocation,
  tell: TellSpot,
): SourceMessage {
  const tellHere: OnProblem = (code, _path, _snippet, what, next, elsewhere) => {
    // What is only suspicious in the map was told there, once; so was what is wrong in another file.
    if (codes[code].severity === "error" && elsewhere === undefined) tell(code, place, what, next);
  };
  if (map !== undefined) {
    const local: Readonly<Record<string, JsonValue>> = { row: row.value, index };
    if (row.spelling !== undefined) noteSpelling(local, "row", row.value, row.spelling);
    return buildMessage(map, common, { ...scope, local, row }, place, tellHere, index);
  }
  const { defaults, schemas, stamper } = common;
  const contentType = defaults?.content_type ?? "json";
  // A variable in the defaults was replaced before the first row was read.
  const delaySeconds = typeof defaults?.delay_seconds === "number" ? defaults.delay_seconds : undefined;
  const plain: Message = { id: undefined, body: row.value, json: row.json, contentType, delaySeconds, location: place };
  if (contentType === "text" && typeof row.value !== "string") {
    const what = `the row is ${typeName(row.value)}, but the manifest's content type is text`;
    tell(
      "TEXT_BODY_NOT_TEXT",
      place,
      what,
      "Write text in each row, or content_type: json in the manifest's defaults.",
    );
    return { message: plain, bytes: 0 };
  }
  const stamp = stamper?.stamp(plain, [], index, tellHere);
  const message = stamp === undefined ? plain : { ...plain, dedupKey: stamp };
  const sent = stamped(message);
  checkBodySchemas(schemas, sent, [], tellHere);
  // A row was measured when it was read.
  const bytes = contentType === "text" || stamp !== undefined ? countBodyBytes(sent) : row.bytes;
  if (bytes > limits.messageBytes) {
    const { what, next } = tooLarge(bytes);
    tell("BODY_TOO_LARGE", place, what, next);
  }
  return { message, bytes };
}

function asProblem(error: unknown, { source: { file }, place }: SourceReading): Problem {
  const start = { file, line: 1, column: 1 };
  if (error instanceof DataStop) return problem(error.code, { file, ...error.spot }, error.message, error.next);
  if (error instanceof CompressionError) return problem("DATA_COMPRESSION", start, error.message, error.next);
  if (!isFileError(error)) throw error;
  const { reason, hint } = describeFileError(error);
  return problem("FILE_UNREADABLE", place, `${quote(file)} cannot be read: ${reason}`, hint);
}
