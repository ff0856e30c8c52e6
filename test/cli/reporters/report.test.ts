import { describe, expect, it } from "vitest";
import { peopleReport } from "../../../src/cli/reporters/people.ts";
import type { Report } from "../../../src/cli/reporters/report.ts";
import { streamReport } from "../../../src/cli/reporters/stream.ts";
import { problemsWith } from "../schema.ts";
import { full } from "../shared/plan/fixture.ts";

const metrics = { backlog_count: 7, backlog_bytes: 70, oldest_message_timestamp_ms: 1_785_578_400_000 };

/** Everything that can be told, once. */
function tellAll(report: Report, tick: () => void): void {
  report.plan(full);
  const holder = { text: "ann@box (pid 123) since 2026", user: "ann", host: "box", pid: 123, since: "2026" };
  report.locked(holder, "no");
  report.locked({ text: "somebody unknown" }, undefined);
  report.locked(holder, 600);
  report.started();
  report.progress({ pushed: 0, planned: 2_000, perSecond: 0, secondsLeft: undefined });
  tick();
  report.progress({ pushed: 500, planned: 2_000, perSecond: 123.456, secondsLeft: 12.15 });
  report.waiting({ reason: "the queue is overloaded", until: Date.UTC(2026, 7, 1, 10, 1), resource: "a/0" });
  report.waiting({ reason: "another run holds the stack", until: undefined, resource: undefined });
  report.said({ severity: "warning", text: "beware", resource: "a/0" });
  report.said({ severity: "error", text: "it failed", resource: undefined });
  report.changed("created", "cloudflare:index/queue:Queue orders");
  report.stopping();
  report.note("Nothing was pushed.");
  report.end({
    exit: 3,
    total: { pushed: 1_500, requests: 15, inDoubt: 1, notSent: 499 },
    manifests: [
      {
        name: "a",
        queue: "orders",
        pushed: 1_500,
        requests: 15,
        inDoubt: 1,
        notSent: 499,
        inDoubtMessages: ["x"],
        possibleDuplicates: ["y", "z"],
      },
      {
        name: "quiet",
        queue: "orders",
        pushed: 0,
        requests: 0,
        inDoubt: 0,
        notSent: 0,
        inDoubtMessages: [],
        possibleDuplicates: [],
      },
    ],
    queues: [
      { name: "orders", metrics, metricsAt: "2026-08-01T10:00:00.000Z" },
      { name: "new", metrics: null, metricsAt: null },
    ],
  });
  report.ended(4);
}

describe("telling people", () => {
  const told = (terminal: boolean, tickMs: number) => {
    let text = "";
    let now = 0;
    const write = (piece: string) => {
      text += piece;
    };
    const report = peopleReport({ write, terminal, paint: (_, piece) => piece, now: () => now });
    tellAll(report, () => {
      now += tickMs;
    });
    return text;
  };

  it("is as it was reviewed, in a log and in a terminal", async () => {
    await expect(told(false, 10_000)).toMatchFileSnapshot("told/log.txt");
    await expect(told(true, 1_000)).toMatchFileSnapshot("told/terminal.txt");
  });

  it("does not fill a log with progress", () => {
    expect(told(false, 9_999)).not.toContain("500 of 2,000");
  });
});

describe("telling programs", () => {
  it("is a line of JSON for each thing, as the schema says", async () => {
    const lines: string[] = [];
    const report = streamReport(
      (line) => lines.push(line),
      () => Date.UTC(2026, 7, 1, 10),
    );
    tellAll(report, () => {});
    expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
    const documents = lines.map((line) => JSON.parse(line));
    for (const document of documents) expect(problemsWith("up", document), JSON.stringify(document)).toEqual([]);
    expect(problemsWith("up", { ...documents[1], version: 2 })).not.toEqual([]);
    // The plan has a snapshot of its own.
    await expect(lines.slice(1).join("")).toMatchFileSnapshot("told/stream.ndjson");
  });
});
