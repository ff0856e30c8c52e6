import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countBatches, countBodyBytes, encodeMessage, packBatchStream } from "../../src/plan/index.ts";
import type { Batch, EncodedMessage, Message } from "../../src/types.ts";

// Limits as the API documents them, not imported, so that the test is independent of the packer.
const MESSAGE_BYTES = 128_000;
const BATCH_BYTES = 256_000;
const BATCH_MESSAGES = 100;

function encoded(bytes: number, index: number): EncodedMessage {
  return { index, label: `#${index + 1}`, bodyJson: '""', bytes, contentType: "text", delaySeconds: undefined };
}
const encodedAll = (sizes: readonly number[]) => sizes.map(encoded);

/** Packs messages that arrive in groups of different sizes, and compares their number of batches with the counted one. */
async function packed(sizes: readonly number[]): Promise<readonly Batch[]> {
  const all = encodedAll(sizes);
  const groups = async function* () {
    for (let at = 0, size = 1; at < all.length; at += size, size = (size * 7) % 251) yield all.slice(at, at + size);
  };
  const batches: Batch[] = [];
  for await (const batch of packBatchStream(groups())) batches.push(batch);
  expect(countBatches(all)).toBe(batches.length);
  return batches;
}

describe("pack", () => {
  it("puts 1,000 small messages into 10 requests", async () => {
    expect((await packed(Array(1000).fill(200))).map(({ length }) => length)).toEqual(Array(10).fill(100));
  });

  it("keeps the limits and the order, loses nothing and duplicates nothing", async () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 127_900 }));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 400 }), async (sizes) => {
        const batches = await packed(sizes);
        expect(batches.flat().map(({ index }) => index)).toEqual(sizes.map((_, index) => index));
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(BATCH_MESSAGES);
          expect(batch.reduce((sum, { bytes }) => sum + bytes + 100, 0)).toBeLessThanOrEqual(BATCH_BYTES);
        }
      }),
    );
  });

  it("needs at most 2 % more requests than count and bytes demand, for realistic sizes", async () => {
    // For small sizes the count fills a request, for larger ones the bytes; enough messages that 2 % is several requests.
    const largest = fc.constantFrom(400, 2_000, 4_000, 6_000);
    await fc.assert(
      fc.asyncProperty(largest, fc.integer(), async (max, seed) => {
        const sizes = randomSizes(20_000, 20, max, seed);
        const bytes = sizes.reduce((sum, size) => sum + size + 100, 0);
        const least = Math.max(sizes.length / BATCH_MESSAGES, bytes / BATCH_BYTES);
        expect((await packed(sizes)).length / least).toBeLessThanOrEqual(1.02);
      }),
      { numRuns: 20 },
    );
  });

  it("needs no more requests than any other division that keeps the order, whatever the sizes", async () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 127_900 }), fc.constantFrom(127_900, 63_900, 100, 2_460));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 150 }), async (sizes) => {
        expect(await packed(sizes)).toHaveLength(fewest(sizes));
      }),
    );
  });

  it("refuses a message over the limit instead of sending it alone", async () => {
    await expect(packed([MESSAGE_BYTES])).rejects.toThrow(RangeError);
    expect(() => countBatches(encodedAll([MESSAGE_BYTES]))).toThrow(RangeError);
  });
});

/** Returns uniformly distributed sizes, the same for the same seed; fast-check's lists are short and full of extremes. */
function randomSizes(count: number, min: number, max: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return min + Math.floor(((state >>> 0) / 2 ** 32) * (max - min + 1));
  });
}

/** Returns the minimum number of requests, computed for every prefix: the last request may start wherever it fits. */
function fewest(sizes: readonly number[]): number {
  const least = [0];
  for (let end = 1; end <= sizes.length; end += 1) {
    let best = Number.POSITIVE_INFINITY;
    let bytes = 0;
    for (let start = end - 1; start >= 0 && end - start <= BATCH_MESSAGES; start -= 1) {
      bytes += (sizes[start] ?? 0) + 100;
      if (bytes > BATCH_BYTES) break;
      best = Math.min(best, (least[start] ?? 0) + 1);
    }
    least.push(best);
  }
  return least.at(-1) ?? 0;
}

describe("sizes", () => {
  const message = (contentType: Message["contentType"], body: Message["body"]): Message => ({
    id: undefined,
    body,
    contentType,
    delaySeconds: undefined,
    location: { file: "messages/a.yaml", line: 1, column: 1 },
  });

  it("counts a text in UTF-8, without quotes or escapes", () => {
    expect(countBodyBytes(message("text", 'né "😀"\n'))).toBe(Buffer.byteLength('né "😀"\n'));
  });

  it("counts JSON as it is sent", () => {
    const body = { name: "né", n: 1.5 };
    const encoded = encodeMessage(message("json", body), 0);
    expect(encoded.bytes).toBe(Buffer.byteLength('{"name":"né","n":1.5}'));
    expect(JSON.parse(encoded.bodyJson)).toEqual(body);
  });

  it("names a message by its id, or else by its number from 1", () => {
    expect(encodeMessage(message("text", "a"), 4).label).toBe("#5");
    expect(encodeMessage({ ...message("text", "a"), id: "order-1" }, 4).label).toBe("order-1");
    // Ids that look like a number, or like a quoted id.
    expect(encodeMessage({ ...message("text", "a"), id: "#5" }, 4).label).toBe('"#5"');
    expect(encodeMessage({ ...message("text", "a"), id: "#5 to #9" }, 4).label).toBe('"#5 to #9"');
    expect(encodeMessage({ ...message("text", "a"), id: '"#5"' }, 4).label).toBe('"\\"#5\\""');
  });
});
