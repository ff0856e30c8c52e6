import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyBytes, pack, toParcel } from "../../src/plan/index.ts";
import type { Message, Parcel } from "../../src/types.ts";

// Limits as the API documents them, written out here and not imported: the packer must not judge itself.
const MESSAGE_BYTES = 128_000;
const BATCH_BYTES = 256_000;
const BATCH_MESSAGES = 100;

function parcel(bytes: number, index: number): Parcel {
  return { index, label: `#${index + 1}`, bodyJson: '""', bytes, contentType: "text", delaySeconds: undefined };
}
const parcels = (sizes: readonly number[]) => sizes.map(parcel);
const packed = (sizes: readonly number[]) => [...pack(parcels(sizes))];

describe("pack", () => {
  it("puts 1,000 small messages into 10 requests", () => {
    expect(packed(Array(1000).fill(200)).map(({ length }) => length)).toEqual(Array(10).fill(100));
  });

  it("keeps the limits and the order, loses and doubles nothing", () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 127_900 }));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 400 }), (sizes) => {
        const batches = packed(sizes);
        expect(batches.flat().map(({ index }) => index)).toEqual(sizes.map((_, index) => index));
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(BATCH_MESSAGES);
          expect(batch.reduce((sum, { bytes }) => sum + bytes + 100, 0)).toBeLessThanOrEqual(BATCH_BYTES);
        }
      }),
    );
  });

  it("needs at most 2 % more requests than count and bytes demand, for realistic sizes", () => {
    const realistic = fc.array(fc.integer({ min: 20, max: 4_000 }), { minLength: 2_000, maxLength: 6_000 });
    fc.assert(
      fc.property(realistic, (sizes) => {
        const bytes = sizes.reduce((sum, size) => sum + size + 100, 0);
        const least = Math.max(Math.ceil(sizes.length / BATCH_MESSAGES), Math.ceil(bytes / BATCH_BYTES));
        expect(packed(sizes).length).toBeLessThanOrEqual(Math.ceil(least * 1.02));
      }),
      { numRuns: 25 },
    );
  });

  it("refuses a message over the limit rather than send it alone", () => {
    expect(() => packed([MESSAGE_BYTES])).toThrow(RangeError);
  });
});

describe("sizes", () => {
  const message = (contentType: Message["contentType"], body: Message["body"]): Message => ({
    id: undefined,
    body,
    contentType,
    delaySeconds: undefined,
    place: { file: "messages/a.yaml", line: 1, column: 1 },
  });

  it("counts a text in UTF-8, without quotes or escapes", () => {
    expect(bodyBytes(message("text", 'né "😀"\n'))).toBe(Buffer.byteLength('né "😀"\n'));
  });

  it("counts JSON as it is sent", () => {
    const body = { name: "né", n: 1.5 };
    const parcel = toParcel(message("json", body), 0);
    expect(parcel.bytes).toBe(Buffer.byteLength('{"name":"né","n":1.5}'));
    expect(JSON.parse(parcel.bodyJson)).toEqual(body);
  });

  it("names a message by its id, else by its number from 1", () => {
    expect(toParcel(message("text", "a"), 4).label).toBe("#5");
    expect(toParcel({ ...message("text", "a"), id: "order-1" }, 4).label).toBe("order-1");
  });
});
