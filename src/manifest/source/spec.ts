import { posix } from "node:path";
import type { Problems } from "../collect.ts";
import type { ManifestDocument } from "../document.ts";
import { findNamedFile } from "../files.ts";
import { placeOf } from "../locate.ts";
import { problem, quote } from "../problem.ts";
import type { WrittenSource } from "../written.ts";
import { readJsonArray } from "./array.ts";
import type { Compression } from "./compression.ts";
import { readCsv } from "./csv.ts";
import { type Format, readEnding } from "./ending.ts";
import { readNdjson } from "./ndjson.ts";
import type { RowReader } from "./rows.ts";

/** A data file, and how it is read. */
export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly file: string;
  readonly compression: Compression;
  readonly reader: RowReader;
}

/** Finds the data file that a manifest names, beside the manifest, and what is to be known before it is opened. */
export function resolveSource(
  document: ManifestDocument,
  written: WrittenSource,
  root: string,
  problems: Problems,
): SourceFile | undefined {
  const place = placeOf(document, ["source", "file"]);
  const file = posix.join(posix.dirname(document.file.path), written.file);
  if (file.startsWith("../")) {
    const next = "Put the file into the repository, and name it by a path from the manifest's folder.";
    problems.add(problem("OUTSIDE_REPOSITORY", place, "this path leads out of the repository", next));
    return undefined;
  }
  const next = "Write the path of the data file, from the manifest's folder.";
  if (!findNamedFile(root, file, place, next, problems)) return undefined;

  const named = readEnding(file);
  const { format = named.format, compression = named.compression } = written;
  const other = written.compression === undefined ? named.unreadable : undefined;
  if (other !== undefined && (written.format === undefined || other.code === "DATA_COMPRESSION")) {
    problems.add(problem(other.code, place, `${quote(file)} is ${other.what}, which is not read here`, other.next));
    return undefined;
  }
  if (format === undefined) {
    const next =
      'Write "format: ndjson", csv or json, or give the file one of the endings .ndjson, .jsonl, .csv, .json.';
    problems.add(problem("DATA_FORMAT", place, `the ending of ${quote(file)} does not say its format`, next));
    return undefined;
  }
  if (format !== "csv" && (written.types || written.delimiter !== undefined)) {
    const key = written.types ? "types" : "delimiter";
    const what = `"${key}" is for CSV, and the file is ${format}`;
    problems.add(problem("DATA_FORMAT", placeOf(document, ["source", key]), what, `Remove "${key}".`));
    return undefined;
  }
  const { delimiter = ",", types = {} } = written;
  const readers: Readonly<Record<Format, RowReader>> = {
    ndjson: readNdjson,
    json: readJsonArray,
    csv: readCsv({ delimiter, types }),
  };
  return { file, compression, reader: readers[format] };
}
