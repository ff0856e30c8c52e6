import { crc32, createInflateRaw } from "node:zlib";
import { errorCode } from "../../error-code.ts";
import type { ByteInput } from "./byte-input.ts";
import { CompressionError } from "./compression.ts";

const flags = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const;

/**
 * Decompresses every member of a gzip file (RFC 1952). There may be several members, and zeros after a member, as tapes and archives
 * add them. Node's own decompressor stops at such zeros, and drops the members after them.
 *
 * @param chunkBytes maximum size of the output chunks
 * @throws CompressionError
 */
export async function* gunzip(input: ByteInput, chunkBytes: number): AsyncGenerator<Buffer> {
  do {
    const start = input.offset;
    await skipHeader(input, start);
    yield* inflate(input, start, chunkBytes);
  } while (await skipZeros(input));
}

/** Skips zeros. @returns whether other bytes follow */
async function skipZeros(input: ByteInput): Promise<boolean> {
  for (let bytes = await input.readSome(); bytes !== undefined; bytes = await input.readSome()) {
    const first = bytes.findIndex((byte) => byte !== 0);
    if (first < 0) continue;
    input.unread(bytes.subarray(first));
    return true;
  }
  return false;
}

async function skipHeader(input: ByteInput, start: number): Promise<void> {
  let crc = 0;
  const take = async (length: number) => {
    const bytes = await input.readExactly(length);
    if (bytes.length < length) throw truncatedError(start);
    crc = crc32(bytes, crc);
    return bytes;
  };
  const passText = async () => {
    while ((await take(1))[0] !== 0);
  };
  const [first, second] = await input.peek(2);
  if (first !== undefined && (first !== 0x1f || (second !== undefined && second !== 0x8b))) {
    throw new CompressionError("gzip", `the data at byte ${start} is not gzip`);
  }
  const header = await take(10);
  const flag = header[3] ?? 0;
  if (header[2] !== 8 || (flag & flags.reserved) !== 0) {
    throw new CompressionError("gzip", `the member at byte ${start} uses an unknown compression method`);
  }
  if (flag & flags.extra) await take((await take(2)).readUInt16LE());
  if (flag & flags.name) await passText();
  if (flag & flags.comment) await passText();
  if (flag & flags.headerCrc) {
    const expected = crc & 0xffff;
    if ((await take(2)).readUInt16LE() !== expected) throw damagedError(start);
  }
}

/** Decompresses the data of one member, and verifies its checksum and length. */
async function* inflate(input: ByteInput, start: number, chunkBytes: number): AsyncGenerator<Buffer> {
  const dataStart = input.offset;
  const decoder = createInflateRaw({ chunkSize: chunkBytes });
  const feed = async () => {
    for (let unused = 0; unused === 0 && !decoder.destroyed; ) {
      const bytes = await input.readSome();
      if (bytes === undefined) {
        decoder.end();
        return;
      }
      await writeChunk(decoder, bytes);
      // The decoder stops at the end of the data, and leaves the rest.
      unused = input.offset - dataStart - decoder.bytesWritten;
      input.unread(bytes.subarray(bytes.length - unused));
    }
  };
  const fed = feed().catch((error: Error) => decoder.destroy(error));
  let crc = 0;
  let length = 0;
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === "Z_BUF_ERROR") throw truncatedError(start);
    throw code === "Z_DATA_ERROR" ? damagedError(start) : error;
  }
  await fed;
  const trailer = await input.readExactly(8);
  if (trailer.length < 8) throw truncatedError(start);
  if (trailer.readUInt32LE() !== crc || trailer.readUInt32LE(4) !== length % 2 ** 32) throw damagedError(start);
}

/** Waits until a decoder has consumed a chunk, or has ended. */
function writeChunk(decoder: ReturnType<typeof createInflateRaw>, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      decoder.off("end", done);
      decoder.off("close", done);
      resolve();
    };
    decoder.once("end", done);
    decoder.once("close", done);
    decoder.write(bytes, done);
  });
}

function truncatedError(start: number): CompressionError {
  return new CompressionError("gzip", `the member at byte ${start} is truncated`);
}

function damagedError(start: number): CompressionError {
  return new CompressionError("gzip", `the member at byte ${start} is damaged`);
}
