import { expect, it } from "vitest";
import { rowsDigest } from "../../src/plan/digest.ts";
import { manifestDigest, messageDigest } from "../../src/plan/index.ts";
import { createMessageSegment, RowSegmenter, segmentSize } from "../../src/plan/segments.ts";
import type { Message } from "../../src/types.ts";

const row = (body: number, delaySeconds?: number): Message => ({
  id: undefined,
  body,
  contentType: "json",
  delaySeconds,
  location: { file: "rows.ndjson", line: body + 1, column: 1 },
});

function cut(rows: readonly Message[], once = true) {
  const segmenter = new RowSegmenter();
  for (const message of rows) segmenter.add(message, 1);
  return segmenter.end(once);
}

const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n));

it("cuts a million rows into 51 segments of 5,000 to 25,000, and a hundred times as many into no more than 200", () => {
  const segmentsFor = (messages: number) => {
    let [left, index] = [messages, 0];
    for (; left > 0; index += 1) left -= segmentSize(index);
    return index;
  };
  expect(segmentsFor(5_000)).toBe(1);
  expect(segmentsFor(5_001)).toBe(2);
  expect(segmentsFor(100_000)).toBe(15);
  expect(segmentsFor(1_000_000)).toBe(51);
  expect(segmentsFor(1_000_001)).toBe(52);
  expect(segmentsFor(10_000_000)).toBe(131);
  expect(segmentsFor(100_000_000)).toBeLessThanOrEqual(200);
  expect(segmentsFor(Number.MAX_SAFE_INTEGER)).toBe(200);
});

it.each([true, false])("has the same result each time (once: %s)", (once) => {
  const segmenter = new RowSegmenter();
  for (const message of rows(5_100)) segmenter.add(message, 1);
  const first = segmenter.end(once);
  expect(first).toHaveLength(2);
  expect(segmenter.end(once)).toEqual(first);
});

it.each([true, false])("has a segment for a file without rows, which keeps the ledger (once: %s)", (once) => {
  const content = { kind: "rows", from: 0, rows: rowsDigest([]), last: true };
  const delivery = once ? {} : { delivery: manifestDigest([]) };
  expect(cut([], once)).toEqual([
    { index: 0, messages: 0, bytes: 0, digest: manifestDigest([]), content: { ...content, ...delivery } },
  ]);
});

it("never moves a boundary when the file grows", () => {
  const before = cut(rows(5_000));
  const after = cut(rows(12_000));
  expect(before).toEqual([
    expect.objectContaining({
      index: 0,
      messages: 5_000,
      bytes: 5_000,
      content: expect.objectContaining({ from: 0, last: true }),
    }),
  ]);
  expect(after.map(({ messages, content }) => [messages, content])).toMatchObject([
    [5_000, { from: 0, last: false }],
    [5_000, { from: 5_000, last: false }],
    [2_000, { from: 10_000, last: true }],
  ]);
  expect(after[0]?.digest).toBe(before[0]?.digest);
  expect(after[0]?.content).toEqual({ ...before[0]?.content, last: false });
});

it("identifies rows by their content only, and the plan by delays too", () => {
  const [plain] = cut([row(1), row(2)]);
  const [delayed] = cut([row(1, 60), row(2)]);
  expect(plain?.content).toEqual(delayed?.content);
  expect(plain?.digest).not.toBe(delayed?.digest);
  const digests = [1, 2].map((body) => messageDigest(row(body)));
  expect(plain?.content).toMatchObject({ rows: rowsDigest(digests), last: true });
  expect(plain?.digest).toBe(
    manifestDigest(digests.map((digest) => ({ digest, id: undefined, delaySeconds: undefined }))),
  );
});

it("changes every segment when any row has changed, if all rows are sent together", () => {
  const before = cut(rows(6_000), false);
  const after = cut([...rows(5_999), row(-1)], false);
  const delivery = ({ content }: (typeof before)[number]) => content.kind === "rows" && content.delivery;
  expect(new Set(before.map(delivery)).size).toBe(1);
  expect(after.map(delivery)).not.toContain(before.map(delivery)[0]);
});

it("has one segment for messages of a manifest", () => {
  expect(createMessageSegment([row(1), { ...row(2), id: "two" }])).toMatchObject({
    index: 0,
    messages: 2,
    bytes: 2,
    content: { kind: "messages", keys: expect.stringMatching(/^v1:\S{22}\nv1:\S{22} "two"$/) },
  });
});
