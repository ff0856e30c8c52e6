import { expect, it } from "vitest";
import { withFormerSegments } from "../../../src/lifecycle/state/former-segments.ts";
import { createMessageSegment, RowSegmenter } from "../../../src/plan/index.ts";
import { outputsOf } from "../../engine-units/fixture.ts";

const [empty] = new RowSegmenter().end(true);
const file = (push: "once" | "on_change") => {
  const segmenter = new RowSegmenter();
  const location = { file: "", line: 1, column: 1 };
  for (const row of [1, 2, 3])
    segmenter.add({ id: undefined, body: row, contentType: "json", delaySeconds: undefined, location }, 1);
  return segmenter.end(push === "once");
};

it("keeps each recorded segment once, in order, without rows", () => {
  const all = withFormerSegments(
    file("once"),
    [3, 1, 3, 0].map((segment) => outputsOf("a", { segment })),
  );
  const kept = [1, 3].map((index) => ({ ...empty, index, content: { ...empty?.content, from: 3 } }));
  expect(all).toEqual([...file("once"), ...kept]);
});

it("makes it a part of the delivery of the file, or of the manifest's own messages", () => {
  const recorded = [outputsOf("a", { segment: 1 })];
  const [first, kept] = withFormerSegments(file("on_change"), recorded);
  const delivery = first?.content.kind === "rows" ? first.content.delivery : undefined;
  expect(delivery).toMatch(/^v1:/);
  expect(kept?.content).toMatchObject({ kind: "rows", delivery });
  expect(withFormerSegments([createMessageSegment([])], recorded)[1]).toEqual({
    ...createMessageSegment([]),
    index: 1,
  });
  expect(withFormerSegments([], recorded)).toEqual([]);
});
