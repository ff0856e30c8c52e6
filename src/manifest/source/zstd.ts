import { pipeline, Readable } from "node:stream";
import { constants, createZstdDecompress } from "node:zlib";
import { errorCode } from "../../error-code.ts";
import type { ByteInput } from "./byte-input.ts";
import { CompressionError } from "./compression.ts";

/** Maximum memory of a frame, as a power of two: 128 MiB, like the default of `zstd -d`. */
const maxWindowLog = 27;

/** Bytes per chunk for the decoder, except for the last chunk of a frame. */
const pieceBytes = 64 * 1024;

/** Maximum bytes of a block (RFC 8878, 3.1.1.2.3). */
const maxBlockBytes = 128 * 1024;

/**
 * Decompresses every frame of a zstd file (RFC 8878), and ignores skippable frames.
 *
 * @param chunkBytes maximum size of the output chunks
 * @throws CompressionError
 */
export async function* unzstd(input: ByteInput, chunkBytes: number): AsyncGenerator<Buffer> {
  const pieces = framePieces(input);
  const first = await pieces.next();
  // Node's decoder fails if it gets no frame.
  if (first.done) return;
  const decoder = createZstdDecompress({
    chunkSize: chunkBytes,
    params: { [constants.ZSTD_d_windowLogMax]: maxWindowLog },
  });
  // Node's decoder stops at the end of a frame if more bytes follow in the same chunk, so no chunk has bytes of two frames.
  const plain = pipeline(Readable.from(prepend(first.value, pieces)), decoder, () => {});
  try {
    yield* plain as AsyncIterable<Buffer>;
  } catch (error) {
    const isDecoders = errorCode(error)?.startsWith("ZSTD_");
    // The error does not identify the frame.
    throw isDecoders ? new CompressionError("zstd", `a frame before byte ${input.offset} is damaged`) : error;
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** Passes on the bytes of the frames, in chunks that end with a frame. */
async function* framePieces(input: ByteInput): AsyncGenerator<Buffer> {
  for (;;) {
    const start = input.offset;
    const magic = await input.readExactly(4);
    if (magic.length === 0 && start > 0) return;
    if (magic.length < 4 && isMagicBegun(magic)) throw truncatedError(start);
    const number = magic.length === 4 ? magic.readUInt32LE() : 0;
    if (number >>> 4 === 0x184d2a5) await skipSkippable(input, start);
    else if (number === 0xfd2fb528) yield* frame(input, start, magic);
    else throw new CompressionError("zstd", `the data at byte ${start} is not a frame`);
  }
}

function isMagicBegun(bytes: Buffer): boolean {
  const [first] = bytes;
  return first === undefined || first === 0x28 || first >>> 4 === 5;
}

async function skipSkippable(input: ByteInput, start: number): Promise<void> {
  const size = await input.readExactly(4);
  if (size.length < 4) throw truncatedError(start);
  const end = input.offset + size.readUInt32LE();
  while (input.offset < end) {
    const bytes = await input.readSome();
    if (bytes === undefined) throw truncatedError(start);
    if (input.offset > end) input.unread(bytes.subarray(bytes.length - (input.offset - end)));
  }
}

async function* frame(input: ByteInput, start: number, magic: Buffer): AsyncGenerator<Buffer> {
  let waiting = [magic];
  let size = 0;
  const take = async (length: number) => {
    const bytes = await input.readExactly(length);
    if (bytes.length < length) throw truncatedError(start);
    waiting.push(bytes);
    size += length;
    return bytes;
  };
  const hasChecksum = await readHeader(take, start);
  for (let last = false; !last; ) {
    const head = (await take(3)).readUIntLE(0, 3);
    last = (head & 1) === 1;
    const type = (head >> 1) & 3;
    const bytes = type === repeatedBlock ? 1 : head >> 3;
    if (type === reservedError || bytes > maxBlockBytes) {
      throw new CompressionError("zstd", `the frame at byte ${start} is damaged`);
    }
    await take(bytes);
    if (last && hasChecksum) await take(4);
    if (!last && size < pieceBytes) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
}

/** Block types: a repeated byte, and the reserved type. */
const repeatedBlock = 1;
const reservedError = 3;

/** Reads a frame's header. @returns whether a checksum ends the frame */
async function readHeader(take: (length: number) => Promise<Buffer>, start: number): Promise<boolean> {
  const descriptor = (await take(1))[0] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowDescriptor = isSingleSegment ? undefined : (await take(1))[0];
  const dictionary = await take([0, 1, 2, 4][descriptor & 3] ?? 0);
  const content = await take([isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
  if (dictionary.some((byte) => byte !== 0)) {
    const reason = `the frame at byte ${start} needs a dictionary`;
    throw new CompressionError("zstd", reason, "Compress it without a dictionary.");
  }
  // A frame with a single segment needs memory for its whole content.
  const window = windowDescriptor === undefined ? contentSize(content) : windowSize(windowDescriptor);
  if (window > 2 ** maxWindowLog) {
    const reason = `the frame at byte ${start} needs ${window} bytes of memory; the limit is ${2 ** maxWindowLog}`;
    throw new CompressionError("zstd", reason, `Compress it without --long, or with --long=${maxWindowLog}.`);
  }
  return (descriptor & 0x04) !== 0;
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE());
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

function truncatedError(start: number): CompressionError {
  return new CompressionError("zstd", `the frame at byte ${start} is truncated`);
}
