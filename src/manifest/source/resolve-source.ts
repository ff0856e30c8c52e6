import { posix } from "node:path";
import { findNamedFile } from "../files/manifest-files.ts";
import type { Compression, DataFormat, SourceInput } from "../manifest-input.ts";
import { createProblem, quote } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";
import { locate } from "../yaml/source-location.ts";
import { readCsv } from "./csv.ts";
import { parseExtension } from "./file-extension.ts";
import { readJsonArray } from "./json-array.ts";
import { readNdjson } from "./ndjson.ts";
import type { RowReader } from "./row-reader.ts";

/** A data file and its format. */
export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly file: string;
  readonly compression: Compression;
  readonly reader: RowReader;
  /** Whether each line can be read without the lines in front of it. */
  readonly hasIndependentLines: boolean;
}

/** Resolves the data file of a manifest, relative to the manifest, and checks its settings without opening it. */
export function resolveSource(
  document: ManifestDocument,
  input: SourceInput,
  root: string,
  problems: ProblemCollector,
): SourceFile | undefined {
  const location = locate(document, ["source", "file"]);
  const file = posix.join(posix.dirname(document.file.path), input.file);
  if (file.startsWith("../")) {
    const next = "Put the file into the repository, and use a path relative to the manifest's folder.";
    problems.add(createProblem("OUTSIDE_REPOSITORY", location, "this path leads out of the repository", next));
    return undefined;
  }
  const next = "Write the path of the data file, relative to the manifest's folder.";
  if (!findNamedFile(root, file, location, next, problems)) return undefined;
  const found = resolveFormat(document, input, file, problems);
  if (found === undefined) return undefined;
  const { format, compression } = found;
  const { delimiter = ",", types = {} } = input;
  const readers: Readonly<Record<DataFormat, RowReader>> = {
    ndjson: readNdjson,
    json: readJsonArray,
    csv: readCsv({ delimiter, types }),
  };
  return {
    file,
    compression,
    reader: readers[format],
    hasIndependentLines: format === "ndjson" && compression === "none",
  };
}

/** Determines the format of a data file, by the manifest or else by the file's extension, and checks the settings for it. */
function resolveFormat(
  document: ManifestDocument,
  input: SourceInput,
  file: string,
  problems: ProblemCollector,
): { readonly format: DataFormat; readonly compression: Compression } | undefined {
  const location = locate(document, ["source", "file"]);
  const named = parseExtension(file);
  const { format = named.format, compression = named.compression } = input;
  const other = input.compression === undefined ? named.unreadable : undefined;
  if (other !== undefined && (input.format === undefined || other.code === "DATA_COMPRESSION")) {
    problems.add(
      createProblem(other.code, location, `${quote(file)} is ${other.description}, which is not supported`, other.hint),
    );
    return undefined;
  }
  if (format === undefined) {
    const next = 'Write "format: ndjson", csv or json, or use one of the extensions .ndjson, .jsonl, .csv, .json.';
    problems.add(
      createProblem("DATA_FORMAT", location, `the extension of ${quote(file)} does not determine its format`, next),
    );
    return undefined;
  }
  if (format !== "csv" && (input.types || input.delimiter !== undefined)) {
    const key = input.types ? "types" : "delimiter";
    const what = `"${key}" is for CSV, but the file is ${format}`;
    problems.add(createProblem("DATA_FORMAT", locate(document, ["source", key]), what, `Remove "${key}".`));
    return undefined;
  }
  return { format, compression };
}
