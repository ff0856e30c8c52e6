import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { expect, it } from "vitest";
import { utf8Chunks } from "../../../src/manifest/source/utf8.ts";

const pieceBytes = 16 * 1024;

/** Passes bytes on in chunks of a size. */
async function pass(bytes: Buffer, size: number): Promise<Buffer[]> {
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
  }
  const pieces: Buffer[] = [];
  for await (const piece of utf8Chunks(chunks())) pieces.push(piece);
  return pieces;
}

it("splits bytes into small pieces at line ends, and only there within a chunk", async () => {
  const text = Array.from({ length: 4_000 }, (_, row) => `{"row":${row},"text":"größer als 雪 und 🌨"}\n`).join("");
  const bytes = Buffer.from(text);
  const pieces = await pass(bytes, bytes.length);
  expect(Buffer.concat(pieces).toString()).toBe(text);
  expect(pieces.length).toBeGreaterThan(bytes.length / pieceBytes - 1);
  for (const piece of pieces) {
    expect(piece.length).toBeLessThanOrEqual(pieceBytes);
    expect(piece.at(-1)).toBe(0x0a);
  }
});

it("keeps a line together that is longer than a piece", async () => {
  const long = `"${"x".repeat(3 * pieceBytes)}"\n`;
  const pieces = await pass(Buffer.from(`1\n${long}2\n${long}3`), 10 * pieceBytes);
  expect(pieces.map((piece) => piece.length)).toEqual([2, long.length, 2, long.length, 1]);
  expect(pieces.join("")).toBe(`1\n${long}2\n${long}3`);
});

it("loses nothing and cuts no character, whatever the lines and the chunks", async () => {
  const line = fc.tuple(fc.string({ unit: "binary", maxLength: 20 }), fc.integer({ min: 0, max: 12_000 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1_000, max: 70_000 }),
      async (lines, size) => {
        const text = lines
          .map(([each, times]) =>
            each
              .replaceAll(/[\uFEFF\0]/g, "é")
              .padEnd(1, "雪")
              .repeat(1 + times / 10),
          )
          .join("\n");
        const bytes = Buffer.from(`first line ${text}`);
        const pieces = await pass(bytes, size);
        expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
        expect(pieces.every((piece) => piece.length > 0 && isUtf8(piece))).toBe(true);
      },
    ),
    { numRuns: 20 },
  );
});
