import { constants, crc32, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteInput } from "../../../src/manifest/source/byte-input.ts";
import { gunzip } from "../../../src/manifest/source/gzip.ts";
import { unzstd } from "../../../src/manifest/source/zstd.ts";

type Decompress = typeof gunzip;

/** Decompresses bytes that arrive in pieces of the given sizes, the last piece as long as needed. */
async function decompressed(decompress: Decompress, bytes: Buffer, sizes: readonly number[] = []): Promise<string> {
  async function* pieces() {
    let from = 0;
    for (const size of sizes) {
      if (from >= bytes.length) return;
      yield bytes.subarray(from, from + size);
      from += size;
    }
    if (from < bytes.length) yield bytes.subarray(from);
  }
  const out: Buffer[] = [];
  for await (const chunk of decompress(new ByteInput(pieces()), 1_000)) out.push(chunk);
  return Buffer.concat(out).toString("utf8");
}

const skippable = (text: string, kind = 0) => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + kind);
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, Buffer.from(text)]);
};
/** Returns a frame of one raw block, as from a compressor that does not know the content size. */
const rawFrame = (text: string, window: number, descriptor = 0) => {
  const block = Buffer.alloc(3);
  block.writeUIntLE((text.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, window]), block, Buffer.from(text)]);
};
/** Returns a gzip member with every header field of RFC 1952. */
const fullMember = (text: string) => {
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 3, 0]),
    Buffer.from("xyzname\0a comment\0", "latin1"),
  ]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(text));
  tail.writeUInt32LE(text.length, 4);
  const headerCrc = Buffer.alloc(2);
  headerCrc.writeUInt16LE(crc32(header) & 0xffff);
  return Buffer.concat([header, headerCrc, deflateRawSync(text), tail]);
};

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });
const texts = fc.string({ unit: fc.constantFrom("a", "ü", "\n", "0"), maxLength: 60 });

describe("gzip", () => {
  const zeros = fc.nat(3_000).map((length) => Buffer.alloc(length));
  const member = fc.oneof(
    texts.map((text) => [text, gzipSync(text)] as const),
    texts.map((text) => [text, gzipSync(text, { level: 0 })] as const),
    fc.constant(["x".repeat(200_000), gzipSync("x".repeat(200_000))] as const),
    fc.constant(["full", fullMember("full")] as const),
  );

  it("returns every member completely, with any zeros between them, however the bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(member, zeros), { minLength: 1, maxLength: 5 }), sizes, async (all, cuts) => {
        const bytes = Buffer.concat(all.flatMap(([[, compressed], padding]) => [compressed, padding]));
        expect(await decompressed(gunzip, bytes, cuts)).toBe(all.map(([[text]]) => text).join(""));
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a file that is cut anywhere but after a member", async () => {
    const [first, second] = [gzipSync("one\n"), fullMember("two\n")];
    const whole = Buffer.concat([first, second]);
    for (let length = 0; length < whole.length; length += 1) {
      if (length === first.length) continue;
      const start = length > first.length ? first.length : 0;
      await expect(decompressed(gunzip, whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(
        `the member at byte ${start} is truncated`,
      );
    }
    expect(await decompressed(gunzip, whole.subarray(0, first.length))).toBe("one\n");
  });

  it("refuses damaged data, and data after the members, with the offset", async () => {
    const one = gzipSync("one\n");
    const length = one.length;
    const changed = (at: number) => Buffer.concat([one, one.map((byte, index) => (index === at ? byte ^ 1 : byte))]);
    for (const at of [length - 1, length - 5, 12]) {
      await expect(decompressed(gunzip, changed(at))).rejects.toThrow(`at byte ${length} is damaged`);
    }
    await expect(decompressed(gunzip, changed(2))).rejects.toThrow(
      `at byte ${length} uses an unknown compression method`,
    );
    await expect(decompressed(gunzip, changed(0))).rejects.toThrow(`the data at byte ${length} is not gzip`);
    const behind = Buffer.concat([one, Buffer.alloc(512), Buffer.from("garbage")]);
    await expect(decompressed(gunzip, behind)).rejects.toThrow(`the data at byte ${length + 512} is not gzip`);
    const wrongCrc = fullMember("x");
    wrongCrc[14] = 0x41;
    await expect(decompressed(gunzip, wrongCrc)).rejects.toThrow("at byte 0 is damaged");
  });
});

describe("zstd", () => {
  const frame = fc.oneof(
    texts.map((text) => [text, zstdCompressSync(text)] as const),
    texts.map((text) => [text, zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })] as const),
    texts.map((text) => [text.replaceAll("ü", "u"), rawFrame(text.replaceAll("ü", "u"), 0)] as const),
    fc.constant(["x".repeat(300_000), zstdCompressSync("x".repeat(300_000))] as const),
    fc.nat(15).map((kind) => ["", skippable("passed over", kind)] as const),
  );

  it("returns every frame completely, without skippable ones, however the bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), sizes, async (all, cuts) => {
        const bytes = Buffer.concat(all.map(([, compressed]) => compressed));
        expect(await decompressed(unzstd, bytes, cuts)).toBe(all.map(([text]) => text).join(""));
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a file that is cut anywhere but after a frame", async () => {
    const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
    const frames = [skippable("ab"), zstdCompressSync("one\n", checked), zstdCompressSync("two\n")];
    const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length);
    const whole = Buffer.concat(frames);
    for (let length = 0; length < whole.length; length += 1) {
      if (ends.includes(length)) continue;
      const start = ends.findLast((end) => end <= length) ?? 0;
      await expect(decompressed(unzstd, whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(
        `the frame at byte ${start} is truncated`,
      );
    }
    expect(await decompressed(unzstd, whole.subarray(0, ends[1]))).toBe("one\n");
  });

  it("refuses damaged data, and data that is not a frame, with the offset", async () => {
    const one = zstdCompressSync("one\n", { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const broken = one.map((byte, index) => (index === one.length - 1 ? byte ^ 1 : byte));
    const { length } = one;
    await expect(decompressed(unzstd, Buffer.concat([one, broken]))).rejects.toThrow(
      `a frame before byte ${2 * length} is damaged`,
    );
    await expect(decompressed(unzstd, Buffer.concat([one, Buffer.from("garbage")]))).rejects.toThrow(
      `the data at byte ${length} is not a frame`,
    );
    await expect(decompressed(unzstd, Buffer.concat([one, Buffer.alloc(9)]))).rejects.toThrow(
      `the data at byte ${length} is not a frame`,
    );
    const reservedBlock = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0x07, 0, 0]);
    await expect(decompressed(unzstd, reservedBlock)).rejects.toThrow("the frame at byte 0 is damaged");
  });

  it("accepts a window of 128 MiB, and refuses a larger one and a dictionary with the reason", async () => {
    expect(await decompressed(unzstd, rawFrame("fits\n", 17 << 3))).toBe("fits\n");
    await expect(decompressed(unzstd, rawFrame("more\n", (17 << 3) | 1))).rejects.toMatchObject({
      message: expect.stringContaining("needs 150994944 bytes of memory; the limit is 134217728"),
      hint: "Compress it without --long, or with --long=27.",
    });
    // The largest window of the format, and a single-segment frame, whose window is its content.
    await expect(decompressed(unzstd, rawFrame("", 0xff))).rejects.toThrow("needs 4123168604160 bytes");
    const single = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]);
    await expect(decompressed(unzstd, single)).rejects.toThrow("needs 4294967296 bytes");
    const withDictionary = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 0, 7, 1, 0, 0]);
    await expect(decompressed(unzstd, withDictionary)).rejects.toThrow("needs a dictionary");
  });
});
