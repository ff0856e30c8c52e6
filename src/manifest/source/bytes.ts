import { createReadStream } from "node:fs";
import { pipeline, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

export type Compression = "none" | "gzip" | "zstd";

/** Bytes read at once: large enough that the work for each piece does not count. */
const chunkBytes = 256 * 1024;

const decompressors = {
  gzip: () => createGunzip({ chunkSize: chunkBytes }),
  zstd: () => createZstdDecompress({ chunkSize: chunkBytes }),
} as const satisfies Record<Exclude<Compression, "none">, () => Transform>;

/**
 * Streams a file's bytes, decompressed, in pieces of a bounded size.
 *
 * @throws Error of the file system, with its code; {@link CompressionError} when the data is not what it is said to be
 */
export async function* readBytes(path: string, compression: Compression): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  if (compression === "none") {
    yield* file;
    return;
  }
  // pipeline() destroys both ends on a failure of one; the failure itself comes out of the loop.
  const plain = pipeline(file, decompressors[compression](), () => {});
  try {
    yield* plain;
  } catch (error) {
    // What the system says of the file is no fault of the data.
    throw error instanceof Error && "syscall" in error ? error : new CompressionError(compression, error);
  }
}

export class CompressionError extends Error {
  override name = "CompressionError";
  constructor(compression: Compression, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : "unknown reason";
    super(`the data cannot be decompressed as ${compression}: ${reason}`);
  }
}
