import { expect, it } from "vitest";
import { aggregateOutputs, noPush, type SegmentSummary } from "../../infra/outputs.ts";

const segment = (more: Partial<SegmentSummary>): SegmentSummary => ({
  queue: "orders",
  messages: 100,
  pushed: 0,
  inDoubt: 0,
  inDoubtMessages: [],
  lastPush: noPush,
  ...more,
});
const push = (at: string, pushed: number, possibleDuplicates: string[] = []) => ({
  pushed,
  requests: 1,
  possibleDuplicates,
  at,
  commit: at,
});
const metrics = { backlog_count: 7, backlog_bytes: 70, oldest_message_timestamp_ms: 1 };

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

it("adds up the segments of the last run, and takes the metrics that were heard last", () => {
  const sum = aggregateOutputs([
    segment({ lastPush: push("2026-02", 10, ["#3"]), metrics, metricsAt: "2026-02" }),
    segment({ lastPush: push("2026-01", 90), metrics: { ...metrics, backlog_count: 1 }, metricsAt: "2026-01" }),
    segment({ lastPush: push("2026-02", 5, ["#204"]) }),
  ]);
  expect(sum.lastPush).toEqual({
    pushed: 15,
    requests: 2,
    possibleDuplicates: ["#3", "#204"],
    at: "2026-02",
    commit: "2026-02",
  });
  expect(sum.metrics).toEqual(metrics);
});

it("says of what was never deployed that nothing was pushed", () => {
  expect(aggregateOutputs([segment({})])).toMatchObject({ pushed: 0, pending: 100, lastPush: noPush, metrics: null });
});
