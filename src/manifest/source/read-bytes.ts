import { createReadStream } from "node:fs";
import { openRegularFile } from "../../file-error.ts";
import { sniffedBytes } from "../sniff-content.ts";
import { ByteInput } from "./byte-input.ts";
import type { Compression } from "./compression.ts";
import { assertNotForeign } from "./foreign-content.ts";
import { gunzip } from "./gzip.ts";
import { unzstd } from "./zstd.ts";

/** Bytes per read: large enough that the overhead per chunk is negligible. */
const chunkBytes = 256 * 1024;

const decompressors = {
  none: undefined,
  gzip: gunzip,
  zstd: unzstd,
} as const satisfies Record<Compression, unknown>;

/** Receives the bytes of a file as they are on disk. */
export interface RawBytes {
  add(bytes: Buffer): void;
  /** Called after the last bytes, unless the file was not read to its end. */
  end(): void;
}

/**
 * Streams a file's decompressed bytes in chunks of limited size.
 *
 * @param offset bytes of the file to skip at the start; only without compression
 * @throws Error of the file system, FileError; CompressionError or DataFileAbort if the data is of another kind
 */
export async function* readBytes(
  path: string,
  compression: Compression,
  raw?: RawBytes,
  offset = 0,
): AsyncGenerator<Buffer> {
  const { descriptor } = openRegularFile(path);
  const stream = createReadStream(path, { fd: descriptor, highWaterMark: chunkBytes, start: offset });
  const file = raw === undefined ? stream : passOn(stream, raw);
  const decompress = decompressors[compression];
  if (decompress === undefined) {
    yield* file;
    return;
  }
  const input = new ByteInput(file);
  try {
    assertNotForeign(await input.peek(sniffedBytes), compression);
    yield* decompress(input, chunkBytes);
  } finally {
    await input.close();
  }
}

async function* passOn(chunks: AsyncIterable<Buffer>, raw: RawBytes): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    raw.add(chunk);
    yield chunk;
  }
  raw.end();
}
