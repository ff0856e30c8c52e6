import { isUtf8 } from "node:buffer";
import { sniffedBytes } from "../files/sniff-content.ts";
import { detectEncoding, findBadByte } from "../files/text-file.ts";
import { DataFileAbort } from "./data-file-errors.ts";
import { assertNotForeign } from "./foreign-content.ts";

/**
 * Maximum bytes of a piece, unless a line is longer. The rows of a piece are in memory together, in several forms; if they are few,
 * most of them are garbage before the next collection, which then has little to copy and keeps the heap small.
 */
const pieceBytes = 16 * 1024;

/**
 * Passes on bytes in small pieces of complete UTF-8 characters, without a byte order mark. Most pieces end with a line.
 *
 * @param firstLine the line of the first byte; the file's kind is only checked at its start
 * @throws DataFileAbort for everything that is not UTF-8
 */
export async function* utf8Chunks(chunks: AsyncIterable<Buffer>, firstLine = 1): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let line = firstLine;
  let begun = firstLine > 1;
  for await (const chunk of chunks) {
    const joined: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!begun && joined.length < sniffedBytes) {
      rest = joined;
      continue;
    }
    const bytes = begun ? joined : skipByteOrderMark(joined);
    begun = true;
    const whole = bytes.subarray(0, bytes.length - incompleteBytes(bytes));
    rest = bytes.subarray(whole.length);
    line = check(whole, line);
    yield* splitAtLines(whole);
  }
  const last = begun ? rest : skipByteOrderMark(rest);
  check(last, line);
  yield* splitAtLines(last);
}

/** Splits bytes after line feeds, which are never part of another character. */
function* splitAtLines(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  while (bytes.length - from > pieceBytes) {
    const before = bytes.lastIndexOf(0x0a, from + pieceBytes - 1);
    const end = before >= from ? before : bytes.indexOf(0x0a, from + pieceBytes);
    if (end < 0) break;
    yield bytes.subarray(from, end + 1);
    from = end + 1;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

/** Checks the first bytes of a file. */
function skipByteOrderMark(bytes: Buffer): Buffer {
  assertNotForeign(bytes, "none");
  const encoding = detectEncoding(bytes);
  if (encoding !== undefined) {
    throw new DataFileAbort(
      "ENCODING",
      { line: 1, column: 1 },
      `the file is ${encoding}, not UTF-8`,
      "Save the file as UTF-8.",
    );
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Returns the number of bytes at the end that are the beginning of an incomplete character. */
function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Checks a chunk. @returns the number of the line where the next chunk begins */
function check(bytes: Buffer, line: number): number {
  if (!isUtf8(bytes)) {
    const bad = findBadByte(bytes);
    const what = "the bytes here are not UTF-8; they look like Latin-1 or Windows-1252";
    // If the line began in an earlier chunk, the column is unknown.
    const column = bad.line === 1 && line > 1 ? 1 : bad.column;
    throw new DataFileAbort("ENCODING", { line: line + bad.line - 1, column }, what, "Save the file as UTF-8.");
  }
  let count = line;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
