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

/**
 * Streams a file's decompressed bytes in chunks of limited size.
 *
 * @throws Error of the file system, FileError; CompressionError or DataStop if the data is of another kind
 */
export async function* readBytes(path: string, compression: Compression): AsyncGenerator<Buffer> {
  const { descriptor } = openRegularFile(path);
  const file = createReadStream(path, { fd: descriptor, highWaterMark: chunkBytes });
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
