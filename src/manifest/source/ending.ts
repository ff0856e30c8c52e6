import { posix } from "node:path";
import type { ProblemCode } from "../codes.ts";
import type { Compression } from "./compression.ts";

export type Format = "ndjson" | "csv" | "json";

/** What the name of a data file says of it. */
export interface Ending {
  readonly format: Format | undefined;
  readonly compression: Compression;
  /** Where it says that the file cannot be read. */
  readonly unreadable: Unreadable | undefined;
}

interface Unreadable {
  readonly code: ProblemCode;
  /** What the file is: `compressed with xz`. */
  readonly what: string;
  readonly next: string;
}

const formats: Readonly<Record<string, Format>> = {
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
  ".csv": "csv",
  ".json": "json",
};

const compressions: Readonly<Record<string, Compression>> = { ".gz": "gzip", ".zst": "zstd" };

const compressed = (how: string): Unreadable => ({
  code: "DATA_COMPRESSION",
  what: `compressed with ${how}`,
  next: "Decompress it, or compress it with gzip (.gz) or zstd (.zst) instead.",
});
const archive = (what: string): Unreadable => ({
  code: "DATA_COMPRESSION",
  what,
  next: "Unpack it, and name one file.",
});
const other = (what: string): Unreadable => ({
  code: "DATA_FORMAT",
  what,
  next: "Export the data as CSV or NDJSON.",
});
const tabs: Unreadable = {
  code: "DATA_FORMAT",
  what: "a file with tabs by its name",
  next: 'Write "format: csv", and delimiter: "\\t" in double quotes.',
};

const unreadable: Readonly<Record<string, Unreadable>> = {
  ".br": compressed("Brotli"),
  ".bz2": compressed("bzip2"),
  ".xz": compressed("xz"),
  ".lzma": compressed("LZMA"),
  ".lz": compressed("lzip"),
  ".lz4": compressed("LZ4"),
  ".sz": compressed("Snappy"),
  ".z": compressed("compress"),
  ".zip": archive("a ZIP archive"),
  ".7z": archive("a 7z archive"),
  ".rar": archive("a RAR archive"),
  ".tar": archive("a tar archive"),
  ".tgz": archive("a tar archive"),
  ".xlsx": other("a workbook"),
  ".xls": other("a workbook"),
  ".ods": other("a spreadsheet"),
  ".parquet": other("a Parquet file"),
  ".avro": other("an Avro file"),
  ".orc": other("an ORC file"),
  ".arrow": other("an Arrow file"),
  ".tsv": tabs,
  ".tab": tabs,
};

/** Reads the ending of a file's name, and the one before it where the last is that of a compression. */
export function readEnding(file: string): Ending {
  const outer = posix.extname(file).toLowerCase();
  const compression = compressions[outer];
  const inner = compression === undefined ? outer : posix.extname(file.slice(0, -outer.length)).toLowerCase();
  return { format: formats[inner], compression: compression ?? "none", unreadable: unreadable[inner] };
}
