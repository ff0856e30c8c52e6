import { closeSync, read } from "node:fs";
import { promisify } from "node:util";
import { openRegularFile } from "../../file-error.ts";

const readInto = promisify(read);

/**
 * Yields the bytes of a regular file. The next read runs while a chunk is used; a stream takes 1.5 times as long, and allocates a
 * buffer for each chunk. A chunk is overwritten once the second chunk after it is asked for, so that a caller can join the end of a
 * chunk to the next one.
 *
 * @param chunkBytes bytes per read; three buffers of this size are allocated
 * @param start bytes to skip
 * @throws FileError, Error of the file system
 */
export async function* fileChunks(path: string, chunkBytes: number, start = 0): AsyncGenerator<Buffer> {
  const { descriptor } = openRegularFile(path);
  // One that is being read, one that is used, and the one before it.
  const buffers = Array.from({ length: 3 }, () => Buffer.allocUnsafeSlow(chunkBytes));
  let position = start;
  let reads = 0;
  const readNext = () => {
    const buffer = buffers[reads++ % buffers.length] as Buffer;
    const done = readInto(descriptor, buffer, 0, chunkBytes, position).then(({ bytesRead }) => {
      position += bytesRead;
      return buffer.subarray(0, bytesRead);
    });
    // An error is thrown by the next chunk, which may be asked for later.
    done.catch(() => {});
    return done;
  };
  let pending = readNext();
  try {
    for (;;) {
      const chunk = await pending;
      if (chunk.length === 0) return;
      pending = readNext();
      yield chunk;
    }
  } finally {
    await pending.catch(() => {});
    closeSync(descriptor);
  }
}
