import { createReadStream } from "node:fs";
import { openRegularFile } from "../../file-error.ts";
import { sniffedBytes } from "../files/sniff-content.ts";
import type { Compression } from "../manifest-input.ts";
import { ByteInput } from "./byte-input.ts";
import { fileChunks } from "./file-chunks.ts";
import { assertNotForeign } from "./foreign-content.ts";
import { gunzip } from "./gzip.ts";
import { unzstd } from "./zstd.ts";

/** Bytes per chunk of compressed and of decompressed data: large enough that the overhead per chunk is negligible. */
const chunkBytes = 256 * 1024;

/** Bytes per read of a file without compression. The reader parses for longer than a read takes, and each segment is read anew. */
const rawBytes = 64 * 1024;

const decompressors = {
  none: undefined,
  gzip: gunzip,
  zstd: unzstd,
} as const satisfies Record<Compression, unknown>;

/** Receives the bytes of a file as they are on disk. It can use a chunk until it gets the second one after it. */
export interface RawBytes {
  add(bytes: Buffer): void;
  /** Called after the last bytes, unless the file was not read to its end. */
  end(): void;
}

/**
 * Streams a file's decompressed bytes in chunks of limited size. See {@link fileChunks} for how long a chunk can be used.
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
  const decompress = decompressors[compression];
  if (decompress === undefined) {
    yield* withRaw(fileChunks(path, rawBytes, offset), raw);
    return;
  }
  const { descriptor } = openRegularFile(path);
  // A decompressor may hold several chunks, so each has a buffer of its own.
  const input = new ByteInput(withRaw(createReadStream(path, { fd: descriptor, highWaterMark: chunkBytes }), raw));
  try {
    assertNotForeign(await input.peek(sniffedBytes), compression);
    yield* decompress(input, chunkBytes);
  } finally {
    await input.close();
  }
}

function withRaw(chunks: AsyncIterable<Buffer>, raw: RawBytes | undefined): AsyncIterable<Buffer> {
  return raw === undefined ? chunks : passOn(chunks, raw);
}

async function* passOn(chunks: AsyncIterable<Buffer>, raw: RawBytes): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    raw.add(chunk);
    yield chunk;
  }
  raw.end();
}
