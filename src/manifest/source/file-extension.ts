import { posix } from "node:path";
import type { Compression, DataFormat } from "../manifest-input.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";

/** The properties of a data file according to its name. */
export interface FileExtension {
  readonly format: DataFormat | undefined;
  readonly compression: Compression;
  /** Set if files with this extension are not supported. */
  readonly unreadable: Unreadable | undefined;
}

interface Unreadable {
  readonly code: ProblemCode;
  /** The kind of file, such as `compressed with xz`. */
  readonly description: string;
  readonly hint: string;
}

const formats: Readonly<Record<string, DataFormat>> = {
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
  ".csv": "csv",
  ".json": "json",
};

const compressions: Readonly<Record<string, Compression>> = { ".gz": "gzip", ".zst": "zstd" };

const compressedWith = (how: string): Unreadable => ({
  code: "DATA_COMPRESSION",
  description: `compressed with ${how}`,
  hint: "Decompress it, or compress it with gzip (.gz) or zstd (.zst) instead.",
});
const isArchive = (description: string): Unreadable => ({
  code: "DATA_COMPRESSION",
  description,
  hint: "Unpack it, and use one of its files.",
});
const otherFormat = (description: string): Unreadable => ({
  code: "DATA_FORMAT",
  description,
  hint: "Export the data as CSV or NDJSON.",
});
const tabSeparated: Unreadable = {
  code: "DATA_FORMAT",
  description: "a tab-separated file",
  hint: 'Write "format: csv", and delimiter: "\\t" in double quotes.',
};

const unreadableFormats: Readonly<Record<string, Unreadable>> = {
  ".br": compressedWith("Brotli"),
  ".bz2": compressedWith("bzip2"),
  ".xz": compressedWith("xz"),
  ".lzma": compressedWith("LZMA"),
  ".lz": compressedWith("lzip"),
  ".lz4": compressedWith("LZ4"),
  ".sz": compressedWith("Snappy"),
  ".z": compressedWith("compress"),
  ".zip": isArchive("a ZIP archive"),
  ".7z": isArchive("a 7z archive"),
  ".rar": isArchive("a RAR archive"),
  ".tar": isArchive("a tar archive"),
  ".tgz": isArchive("a tar archive"),
  ".xlsx": otherFormat("a workbook"),
  ".xls": otherFormat("a workbook"),
  ".ods": otherFormat("a spreadsheet"),
  ".parquet": otherFormat("a Parquet file"),
  ".avro": otherFormat("an Avro file"),
  ".orc": otherFormat("an ORC file"),
  ".arrow": otherFormat("an Arrow file"),
  ".tsv": tabSeparated,
  ".tab": tabSeparated,
};

/** Reads the extension of a file's name, and the previous one if the last is that of a compression. */
export function parseExtension(file: string): FileExtension {
  const outer = posix.extname(file).toLowerCase();
  const compression = compressions[outer];
  const inner = compression === undefined ? outer : posix.extname(file.slice(0, -outer.length)).toLowerCase();
  return { format: formats[inner], compression: compression ?? "none", unreadable: unreadableFormats[inner] };
}
