import { isUtf8 } from "node:buffer";
import type { SourceLocation } from "../../types.ts";
import { createProblem } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { sniffContent, sniffSops } from "./sniff-content.ts";

/** A text file of the repository with its line starts. */
export interface TextFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Converts an offset to a location. @param offset in UTF-16 code units from the start of `text` */
  locationAt(offset: number): SourceLocation;
}

/**
 * Decodes bytes as UTF-8, and drops a byte order mark. Other encodings, and characters that YAML does not allow, are problems.
 *
 * @returns undefined if the bytes are not readable text
 */
export function decodeText(path: string, bytes: Uint8Array, problems: ProblemCollector): TextFile | undefined {
  const start = { file: path, line: 1, column: 1 };
  const other = sniffContent(bytes);
  if (other !== undefined) {
    problems.add(
      createProblem("FOREIGN_CONTENT", start, other.description, other.compression ? "Decompress it." : other.hint),
    );
    return undefined;
  }
  const foreign = detectEncoding(bytes);
  if (foreign !== undefined) {
    const next = "Save the file as UTF-8.";
    problems.add(createProblem("ENCODING", start, `the file is ${foreign}, not UTF-8`, next));
    return undefined;
  }
  if (!isUtf8(bytes)) {
    const what = "the bytes here are not UTF-8; they look like Latin-1 or Windows-1252";
    problems.add(createProblem("ENCODING", { file: path, ...findBadByte(bytes) }, what, "Save the file as UTF-8."));
    return undefined;
  }
  const file = createTextFile(path, new TextDecoder().decode(bytes));
  return checkCharacters(file, problems) && checkContent(file, problems) ? file : undefined;
}

/** Reports whether a text is what its author wrote, not the output of a tool. */
function checkContent(file: TextFile, problems: ProblemCollector): boolean {
  const encrypted = sniffSops(file.text);
  if (encrypted !== undefined) {
    problems.add(createProblem("FOREIGN_CONTENT", file.locationAt(0), encrypted.description, encrypted.hint));
    return false;
  }
  const marker = conflictMarker.exec(file.text);
  if (marker === null) return true;
  const { message, hint } = mergeConflict;
  problems.add(createProblem("MERGE_CONFLICT", file.locationAt(marker.index), message, hint));
  return false;
}

/** A line with which Git marks a conflict. A line with only equals signs may be intended. */
export const conflictMarker = /^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$/m;

export const mergeConflict = {
  message: "a merge conflict is marked here",
  hint: "Resolve the conflict, and remove the lines that mark it.",
} as const;

export function createTextFile(path: string, text: string): TextFile {
  const starts = lineStarts(text);
  const locationAt = (offset: number): SourceLocation => {
    const line = findLastAtMost(starts, offset);
    return { file: path, line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
  return { path, text, locationAt };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Returns the index of the last of the ascending numbers that is at most `wanted`. */
function findLastAtMost(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Recognizes UTF-16 and UTF-32 by their byte order marks, or by the zero bytes of ASCII in them. */
export function detectEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return "UTF-32";
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length >= 4 ? "UTF-32" : "UTF-16";
  if (a === 0xfe && b === 0xff) return "UTF-16";
  if (bytes.length >= 2 && (a === 0) !== (b === 0) && isUtf8(bytes)) return "UTF-16";
  return undefined;
}

/** Finds the first location where bytes are not UTF-8; line and column count from 1. */
export function findBadByte(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (
    let end = bytes.indexOf(0x0a);
    end >= 0 && isUtf8(bytes.subarray(start, end));
    end = bytes.indexOf(0x0a, start)
  ) {
    line += 1;
    start = end + 1;
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let column = 1;
  try {
    for (let at = start; at < bytes.length; at += 1) {
      column += decoder.decode(bytes.subarray(at, at + 1), { stream: true }).length;
    }
  } catch {
    // The decoder stops at the invalid byte.
  }
  return { line, column };
}

/**
 * Characters that YAML 1.2 does not allow (https://yaml.org/spec/1.2.2/#51-character-set), and two that parsers treat differently:
 * a byte order mark inside the text, and a carriage return without a line feed.
 */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for them
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFEFF\uFFFE\uFFFF]|\r(?!\n)/g;

function checkCharacters(file: TextFile, problems: ProblemCollector): boolean {
  let clean = true;
  for (const { 0: found, index } of file.text.matchAll(forbidden)) {
    clean = false;
    const name = `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    const what = found === "\r" ? "a carriage return without a line feed" : `the character ${name} is not allowed here`;
    const next =
      found === "\r"
        ? 'End lines with LF or CRLF; inside a text write "\\r" between double quotes.'
        : `Remove it, or write it as "\\u${name.slice(2).toLowerCase()}" between double quotes.`;
    problems.add(createProblem("CONTROL_CHARACTER", file.locationAt(index), what, next));
  }
  return clean;
}
