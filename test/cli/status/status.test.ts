import { describe, expect, it } from "vitest";
import type { QueueMetricsResult } from "../../../src/cli/shared/live-metrics.ts";
import { statusExitCode, toStatus } from "../../../src/cli/status/model.ts";
import { statusText } from "../../../src/cli/status/text.ts";
import { outputsOf, stateOf } from "../../engine-units/fixture.ts";
import { problemsWith } from "../schema.ts";
import { full } from "../shared/plan/fixture.ts";

const later = { pushed: 3, requests: 1, possibleDuplicates: [], at: "2026-08-02T10:00:00.000Z", commit: "" };
const deployed = stateOf(
  outputsOf("backfill"),
  outputsOf("backfill", {
    segment: 1,
    lastPush: { ...later, possibleDuplicates: ["#5001 (o-5001) to #5003 (o-5003)"] },
  }),
  outputsOf("quiet"),
);
const ofComponents = stateOf(
  outputsOf("welcome", { inDoubt: 1 }),
  outputsOf("rows"),
  outputsOf("rows", { segment: 1 }),
  outputsOf("quiet"),
).segments;
const state = {
  ...deployed,
  segments: [
    ...deployed.segments,
    ...ofComponents.map((segment, at) =>
      at === 0
        ? { ...segment, origin: "values" as const }
        : { ...segment, name: `seeds/${segment.name}`, origin: "component" as const },
    ),
  ],
};
const asked: ReadonlyMap<string, QueueMetricsResult> = new Map([
  ["orders", { kind: "metrics", metrics: { backlog_count: 3, backlog_bytes: 30, oldest_message_timestamp_ms: 0 } }],
  ["new", { kind: "none", reason: "it is not created yet" }],
]);
const now = Date.parse("2026-08-02T12:30:00.000Z");
const status = toStatus(full, state, asked);
const unasked = toStatus(full, state, "there are no credentials");

describe("a status", () => {
  it("has the ledger's counts next to the repository's, and the last push of all segments", () => {
    expect(status.manifests.slice(0, 3)).toMatchObject([
      {
        name: "backfill",
        pushed: 500,
        pending: 999_700,
        inDoubt: 140,
        inDoubtMessages: ["#101 (o-101) to #200 (o-200)"],
        possibleDuplicates: ["#5001 (o-5001) to #5003 (o-5003)"],
        removed: 1,
        lastPush: { at: later.at },
      },
      { name: "edited", edited: 1001, lastPush: null },
      { name: "held", pending: 0, inDoubt: 3 },
    ]);
  });

  it("has what components of the program deployed, unless the repository has the same manifest", () => {
    expect(status.components).toEqual([
      { name: "welcome", queue: "orders", pushed: 2, inDoubt: 1 },
      { name: "seeds/rows", queue: "orders", pushed: 4, inDoubt: 0 },
    ]);
  });

  it("has each of the components that deploy the same manifest", () => {
    const twice = ["one", "two"].flatMap((component) =>
      stateOf(outputsOf("quiet")).segments.map((segment) => ({
        ...segment,
        name: `${component}/${segment.name}`,
        origin: "component" as const,
      })),
    );
    const { components } = toStatus(full, { ...state, segments: twice }, "there are no credentials");
    expect(components.map(({ name }) => name)).toEqual(["one/quiet", "two/quiet"]);
  });

  it("matches the reviewed file", async () => {
    await expect(statusText(status, (_, text) => text, now)).toMatchFileSnapshot("rendered/full.txt");
    await expect(statusText(unasked, (_, text) => text, now)).toMatchFileSnapshot("rendered/unasked.txt");
  });

  it("fits a terminal of 80 columns, whatever the names are", () => {
    const long = "a-manifest-with-a-name-that-is-far-too-long-for-a-table";
    const manifests = status.manifests.map((each) => ({ ...each, name: long, queue: `${long}-queue` }));
    const lines = statusText({ ...status, manifests, removed: [], components: [] }, (_, text) => text, now).split("\n");
    const table = lines.slice(2, 3 + manifests.length);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(table[1]).toMatch(/^a-manifest-wi.*… +a-manifest-wi.*… +500 +999,700 +140 +2 h ago/);
  });

  it.each([status, unasked])("is valid against its schema", (each) => {
    expect(problemsWith("status", { version: 1, kind: "status", ...each })).toEqual([]);
    expect(problemsWith("status", { version: 1, kind: "plan", ...each })).not.toEqual([]);
  });
});

describe("the exit code for alerts", () => {
  const of = (each: Partial<(typeof status.manifests)[number]>, more: Partial<typeof status> = {}) => {
    const [first] = status.manifests;
    if (first === undefined) throw new Error("The fixture has no manifest");
    const calm = { ...first, mode: "once", pending: 0, inDoubt: 0, edited: 0 } as const;
    return statusExitCode({ ...status, removed: [], components: [], manifests: [{ ...calm, ...each }], ...more });
  };

  it("is 0 if nothing is pending or in doubt", () => {
    expect(of({})).toBe(0);
    // Every run pushes it, so it would never be calm.
    expect(of({ mode: "every_deploy", pending: 3 })).toBe(0);
    expect(statusExitCode({ ...status, removed: [], components: [], manifests: [] })).toBe(0);
  });

  it("is 2 if messages are pending, or the next run would refuse an edited one", () => {
    expect(of({ pending: 1 })).toBe(2);
    expect(of({ mode: "on_change", pending: 1 })).toBe(2);
    expect(of({ edited: 1 })).toBe(2);
  });

  it("is 3 if any messages are in doubt, wherever they are", () => {
    expect(of({ pending: 1, inDoubt: 1 })).toBe(3);
    const gone = { name: "gone", queue: "orders", pushed: 1, inDoubt: 1 };
    expect(of({}, { removed: [gone] })).toBe(3);
    expect(of({}, { components: [gone] })).toBe(3);
  });
});
