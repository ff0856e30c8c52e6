import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fileChunks } from "../../../src/manifest/source/file-chunks.ts";
import { temporaryFolder } from "../support/fixture.ts";

/** Bytes per read. */
const chunk = 4_096;

/** Bytes in which no two parts are equal. */
function distinctBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at);
  return bytes;
}

function fileOf(bytes: Buffer): Disposable & { readonly file: string } {
  const folder = temporaryFolder();
  const file = join(folder.path, "data");
  writeFileSync(file, bytes);
  return { file, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

it.each([0, 1, chunk - 1, chunk, chunk + 1, 5 * chunk + 7])(
  "yields all %i bytes of a file, from any start",
  async (size) => {
    const bytes = distinctBytes(size);
    using given = fileOf(bytes);
    for (const start of [0, 1, Math.floor(size / 2), size, size + 1]) {
      const read: Buffer[] = [];
      for await (const each of fileChunks(given.file, chunk, start)) read.push(Buffer.from(each));
      expect(Buffer.concat(read).equals(bytes.subarray(start))).toBe(true);
    }
  },
);

it("keeps a chunk until the second one after it is asked for, even if its reader waits", async () => {
  const bytes = distinctBytes(7 * chunk);
  using given = fileOf(bytes);
  let before: { readonly chunk: Buffer; readonly offset: number } | undefined;
  let offset = 0;
  for await (const each of fileChunks(given.file, chunk)) {
    // Lets the read that is under way finish, which must not touch either chunk.
    await new Promise(setImmediate);
    for (const kept of [before ?? [], { chunk: each, offset }].flat()) {
      expect(kept.chunk.equals(bytes.subarray(kept.offset, kept.offset + kept.chunk.length))).toBe(true);
    }
    before = { chunk: each, offset };
    offset += each.length;
  }
  expect(offset).toBe(bytes.length);
});

it("takes few buffers, however long the file is", async () => {
  using given = fileOf(distinctBytes(20 * chunk));
  const buffers = new Set<ArrayBufferLike>();
  for await (const each of fileChunks(given.file, chunk)) buffers.add(each.buffer);
  expect(buffers.size).toBe(3);
});

it("throws the error of a file that cannot be read", async () => {
  using folder = temporaryFolder();
  await expect(fileChunks(join(folder.path, "missing"), chunk).next()).rejects.toMatchObject({ code: "ENOENT" });
  await expect(fileChunks(folder.path, chunk).next()).rejects.toThrow("it is a folder");
});
