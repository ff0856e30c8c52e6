import { expect, it } from "vitest";
import { aggregateOutputs, type SegmentSummary } from "../../infra/outputs.ts";

const segment = (more: Partial<SegmentSummary>): SegmentSummary => ({
  queue: "orders",
  messages: 100,
  pushed: 0,
  inDoubt: 0,
  lastPush: undefined,
  ...more,
});
const push = (at: string, pushed: number, possibleDuplicates?: string[]) => ({
  pushed,
  requests: 1,
  ...(possibleDuplicates && { possibleDuplicates }),
  at,
  commit: at,
});

it("accounts for every message of a manifest: pushed, in doubt or pending", () => {
  const sum = aggregateOutputs([
    segment({ pushed: 100 }),
    segment({ pushed: 20, inDoubt: 30, inDoubtMessages: ["#121 to #150"] }),
    segment({}),
  ]);
  expect(sum).toMatchObject({
    messages: 300,
    pushed: 120,
    inDoubt: 30,
    inDoubtMessages: ["#121 to #150"],
    pending: 150,
  });
});

it("adds up the segments of the last run", () => {
  const sum = aggregateOutputs([
    segment({ lastPush: push("2026-02", 10, ["#3"]) }),
    segment({ lastPush: push("2026-01", 90) }),
    segment({ lastPush: push("2026-02", 5, ["#204"]) }),
  ]);
  expect(sum.lastPush).toEqual({
    pushed: 15,
    requests: 2,
    possibleDuplicates: ["#3", "#204"],
    at: "2026-02",
    commit: "2026-02",
  });
});

it("leaves out what is empty or unknown", () => {
  const counts = { queue: "orders", messages: 100, inDoubt: 0 };
  expect(aggregateOutputs([segment({})])).toEqual({ ...counts, pushed: 0, pending: 100 });
  const { commit: _, ...lastPush } = push("2026-01", 100);
  expect(aggregateOutputs([segment({ pushed: 100, lastPush })])).toEqual({
    ...counts,
    pushed: 100,
    pending: 0,
    lastPush: { pushed: 100, requests: 1, at: "2026-01" },
  });
  const repaired = { ...push("2026-01", 0), requests: 0 };
  expect(aggregateOutputs([segment({ pushed: 100, lastPush: repaired })])).toEqual({
    ...counts,
    pushed: 100,
    pending: 0,
  });
});
