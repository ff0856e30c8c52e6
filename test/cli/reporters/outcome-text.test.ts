import { describe, expect, it } from "vitest";
import { formatOutcome } from "../../../src/cli/reporters/outcome-text.ts";
import type { ManifestOutcome, Outcome } from "../../../src/cli/shared/outcome.ts";

const startedAt = Date.parse("2026-08-01T10:00:00.000Z");
const paint = (what: string, text: string) => `<${what}>${text}`;
const format = (outcome: Outcome, ms = 2_100) => formatOutcome(outcome, { paint, startedAt, now: startedAt + ms });
const noIds = { inDoubtMessages: [], possibleDuplicates: [] };
const counts = (pushed: number, inDoubt = 0, notSent = 0) => ({
  pushed,
  requests: Math.ceil(pushed / 100),
  inDoubt,
  notSent,
});
const manifest = (name: string, pushed: number, inDoubt = 0, notSent = 0): ManifestOutcome => ({
  name,
  queue: "orders",
  ...counts(pushed, inDoubt, notSent),
  ...noIds,
});
const queue = (name: string, backlog: number, metricsAt: string) => ({
  name,
  metrics: { backlog_count: backlog, backlog_bytes: 1, oldest_message_timestamp_ms: 0 },
  metricsAt,
});
const during = "2026-08-01T10:00:01.000Z";
const outcome = (exit: number, more: Partial<Outcome>): Outcome => ({
  exit,
  manifests: [],
  queues: [],
  total: counts(0),
  ...more,
});

describe("a successful run", () => {
  it("ends with the total, the time and the backlogs, in green", () => {
    const ended = outcome(0, {
      manifests: [manifest("a", 8), manifest("b", 2), manifest("quiet", 0)],
      queues: [queue("orders", 5, during), queue("emails", 2, during)],
      total: { ...counts(10), requests: 2 },
    });
    expect(format(ended)).toEqual([
      "a → orders: 8 pushed",
      "b → orders: 2 pushed",
      "<green>✓ 10 messages pushed in 2.1 s (2 requests). In the queues now: orders 5, emails 2.",
    ]);
  });

  it("reports that there was nothing to push, and the age of older metrics", () => {
    const queues = [
      queue("orders", 1_500, "2026-08-01T07:00:00.000Z"),
      { name: "new", metrics: null, metricsAt: null },
    ];
    expect(format(outcome(0, { queues }))).toEqual([
      "<green>✓ Nothing to push. In the queue now: orders 1,500 (3 h ago).",
    ]);
    expect(format(outcome(0, {}))).toEqual(["<green>✓ Nothing to push."]);
  });

  it("names possible duplicates", () => {
    const twice = { ...manifest("a", 8), possibleDuplicates: ["x", "#5 to #7"] };
    expect(format(outcome(0, { manifests: [twice], total: counts(8) }), 95_000)).toEqual([
      "a → orders: 8 pushed",
      expect.stringMatching(/^ {4}may have arrived twice: .*x.*#5 to #7/),
      "<green>✓ 8 messages pushed in 2 min (1 request).",
    ]);
  });
});

describe("a failed run", () => {
  it.each([
    [1, "Correct what the errors above describe, and run the same command again: it pushes only the rest."],
    [3, "Find out whether the messages in doubt arrived, and record it with `queue-seeder settle`."],
    [5, "Review the new plan with `queue-seeder plan`, and deploy that one."],
    [130, "Run the same command again: it pushes only the rest."],
  ])("that ends with %i ends in red with the remedy", (exit, remedy) => {
    const ended = outcome(exit, {
      manifests: [manifest("a", 100, 1, 99)],
      queues: [queue("orders", 100, during)],
      total: counts(100, 1, 99),
    });
    expect(format(ended)).toEqual([
      "a → orders: 100 pushed, 1 in doubt, 99 not sent",
      "In the queue now: orders 100.",
      `<red>✗ 100 messages pushed in 2.1 s (1 request), 1 in doubt, 99 not sent. ${remedy}`,
    ]);
  });
});
