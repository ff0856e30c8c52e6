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
const ledger = (entries: { pushed?: string; inDoubt?: string } = {}) => ({ version: 1, complete: true, ...entries });
const line = "0+1 v1:AAAAAAAAAAAAAAAAAAAAAA";
const content = { kind: "rows", from: 5_000, rows: "v1:AAAAAAAAAAAAAAAAAAAAAA", last: true } as const;
const other = { accountId: "a", queueId: "other", content, runs: [] };

it.each([
  ["pushed messages", { ledger: ledger({ pushed: line }) }, [2]],
  ["messages in doubt", { ledger: ledger({ inDoubt: line }) }, [2]],
  ["messages of another queue", { ledger: ledger(), elsewhere: [{ ...other, ledger: ledger({ pushed: line }) }] }, [2]],
  ["nothing", { ledger: ledger(), elsewhere: [{ ...other, ledger: ledger() }] }, []],
])("keeps a segment whose ledgers record %s", (_what, recorded, kept) => {
  const all = withFormerSegments(file("once"), [
    outputsOf("a", { segment: 2, ...recorded }),
    outputsOf("a", { ledger: ledger({ pushed: line }) }),
  ]);
  expect(all).toEqual([
    ...file("once"),
    ...kept.map((index) => ({ ...empty, index, content: { ...empty?.content, from: 3 } })),
  ]);
});

it("makes it a part of the delivery of the file, or of the manifest's own messages", () => {
  const recorded = [outputsOf("a", { segment: 1, ledger: ledger({ pushed: line }) })];
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
