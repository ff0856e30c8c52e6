import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Status, toStatus } from "../../../src/cli/status/model.ts";
import { statusMetrics } from "../../../src/cli/status/prometheus.ts";
import { emptyState } from "../../../src/engine/read-state.ts";
import { outputsOf, stateOf } from "../../engine-units/fixture.ts";
import { full, planOf } from "../shared/plan/fixture.ts";
import { parseGauges } from "./openmetrics.ts";

const lastPush = {
  pushed: 4,
  requests: 1,
  possibleDuplicates: ["#2 (b) to #4 (d)", "#9"],
  at: "2026-08-01T10:00:00.250Z",
  commit: "",
};
const state = stateOf(outputsOf("quiet", { queue: "new", lastPush }), outputsOf("backfill"));
const metrics = { backlog_count: 3, backlog_bytes: 30, oldest_message_timestamp_ms: 1_785_578_400_500 };
const status = toStatus(full, state, new Map([["orders", { kind: "metrics", metrics }]]));
const now = Date.parse("2026-08-02T12:30:00.000Z");

const stack = { project: "shop", stack: "dev" };
const of = (each: Status, name: string) => parseGauges(statusMetrics(each, now)).get(`queue_seeder_${name}`);
const figure = (each: Status, name: string, manifest: string) =>
  of(each, name)?.find(({ labels }) => labels.manifest === manifest)?.value;

describe("the metrics of a status", () => {
  it("match the reviewed file", async () => {
    await expect(statusMetrics(status, now)).toMatchFileSnapshot("rendered/full.prom");
  });

  it("have the counts of each manifest, with labels to select it by", () => {
    expect(of(status, "pending_messages")?.[0]).toEqual({
      labels: { ...stack, manifest: "backfill", queue: "orders", push: "once" },
      value: 999_700,
    });
    expect(figure(status, "in_doubt_messages", "backfill")).toBe(140);
    expect(figure(status, "edited_messages", "edited")).toBe(1_001);
    expect(figure(status, "removed_messages", "backfill")).toBe(1);
    expect(figure(status, "manifest_messages", "backfill")).toBe(1_000_200);
    expect(figure(status, "possible_duplicate_messages", "quiet")).toBe(4);
    expect(figure(status, "last_push_timestamp_seconds", "quiet")).toBe(1_785_578_400.25);
  });

  it("have what the ledger records of a removed manifest, and leave out what is unknown", () => {
    const labels = { ...stack, manifest: "gone", queue: "orders" };
    expect(of(status, "pushed_messages")).toContainEqual({ labels, value: 12 });
    expect(figure(status, "pending_messages", "gone")).toBeUndefined();
  });

  it("leave out what is unknown, instead of showing 0", () => {
    expect(figure(status, "last_push_timestamp_seconds", "edited")).toBeUndefined();
    expect(of(status, "queue_backlog_messages")).toEqual([{ labels: { ...stack, queue: "orders" }, value: 3 }]);
    expect(of(status, "queue_oldest_message_timestamp_seconds")).toMatchObject([{ value: 1_785_578_400.5 }]);
    const [orders] = status.queues;
    if (orders === undefined) throw new Error("the fixture has no queue");
    const idle = { ...orders, metrics: { backlog_count: 0, backlog_bytes: 0, oldest_message_timestamp_ms: 0 } };
    expect(of({ ...status, queues: [idle] }, "queue_backlog_bytes")).toMatchObject([{ value: 0 }]);
    expect(of({ ...status, queues: [idle] }, "queue_oldest_message_timestamp_seconds")).toBeUndefined();
  });

  it("are those that the page lists", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/deploying.md"), "utf8");
    const listed = new Set(page.match(/\bqueue_seeder_\w+/g));
    expect(listed).toEqual(new Set(parseGauges(statusMetrics(status, now)).keys()));
  });

  it("are only the time of the status in an empty stack", () => {
    const empty = toStatus(planOf([]), emptyState, "there are no credentials");
    expect([...parseGauges(statusMetrics(empty, now))]).toEqual([
      ["queue_seeder_status_timestamp_seconds", [{ labels: stack, value: now / 1_000 }]],
    ]);
  });

  it.each(['a"} 1\n', "back\\slash", "\\", "\\n", "line\nbreak", '{a="b"}', ",", "é ∑ 🎉", "# EOF", ""])(
    "have one line for each series, whatever the names are: %j",
    (name) => {
      const manifests = status.manifests.slice(0, 1).map((each) => ({ ...each, name, queue: name }));
      const hostile = { ...status, manifests, stack: name, removed: [], components: [] };
      const shown = name.replaceAll("\n", "\\n");
      expect(of(hostile, "pending_messages")).toEqual([
        { labels: { project: "shop", stack: shown, manifest: shown, queue: shown, push: "once" }, value: 999_700 },
      ]);
    },
  );

  it("add up what a removed manifest and a component of the same name have, since a series must be unique", () => {
    const gone = { name: "gone", queue: "orders", pushed: 30, inDoubt: 2 };
    const both = { ...status, components: [gone] };
    expect(figure(both, "pushed_messages", "gone")).toBe(42);
    expect(figure(both, "in_doubt_messages", "gone")).toBe(2);
  });
});

it.each([
  "",
  "# EOF",
  "a 1\n# EOF\n",
  "# TYPE a gauge\na{} 1\n# EOF\n",
  "# HELP a A.\n# TYPE a gauge\n# EOF\n",
  "# HELP a A.\n# TYPE a gauge\na{} NaN\n# EOF\n",
  '# HELP a A.\n# TYPE a gauge\na{b="\\x"} 1\n# EOF\n',
  '# HELP a A.\n# TYPE a gauge\na{b="c",} 1\n# EOF\n',
  '# HELP a A.\n# TYPE a gauge\na{b="c"} 1\na{b="c"} 2\n# EOF\n',
  "# HELP a A.\n# TYPE a gauge\n\na{} 1\n# EOF\n",
])("the parser of this test refuses what is not valid: %j", (text) => {
  expect(() => parseGauges(text)).toThrow();
});
