import { describe, expect, it } from "vitest";
import { createHumanReporter } from "../../../src/cli/reporters/human.ts";
import { createJsonReporter } from "../../../src/cli/reporters/json.ts";
import type { Reporter } from "../../../src/cli/reporters/reporter.ts";
import { problemsWith } from "../schema.ts";
import { full } from "../shared/plan/fixture.ts";

const metrics = { backlog_count: 7, backlog_bytes: 70, oldest_message_timestamp_ms: 1_785_578_400_000 };

/** Calls every method of a reporter once. */
function tellAll(report: Reporter, tick: () => void): void {
  report.onPlan(full);
  const holder = { text: "ann@box (pid 123) since 2026", user: "ann", host: "box", pid: 123, since: "2026" };
  report.onLocked(holder, "no");
  report.onLocked({ text: "an unknown user" }, undefined);
  report.onLocked(holder, 600);
  report.onStart();
  report.onProgress({ pushed: 0, planned: 2_000, perSecond: 0, secondsLeft: undefined });
  tick();
  report.onProgress({ pushed: 500, planned: 2_000, perSecond: 123.456, secondsLeft: 12.15 });
  report.onWait({ reason: "the queue is overloaded", until: Date.UTC(2026, 7, 1, 10, 1), resource: "a/0" });
  report.onWait({ reason: "another run holds the stack", until: undefined, resource: undefined });
  report.onLog({ severity: "warning", text: "beware", resource: "a/0" });
  report.onLog({ severity: "error", text: "it failed", resource: undefined });
  report.onChange("created", "cloudflare:index/queue:Queue orders");
  report.onStopping();
  report.onNote("Nothing was pushed.");
  report.onEnd({
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
  report.onEnded(4);
}

describe("the text reporter", () => {
  const logged = (terminal: boolean, tickMs: number) => {
    let text = "";
    let now = 0;
    const write = (piece: string) => {
      text += piece;
    };
    const report = createHumanReporter({ write, terminal, paint: (_, piece) => piece, now: () => now });
    tellAll(report, () => {
      now += tickMs;
    });
    return text;
  };

  it("matches the reviewed files, in a log and in a terminal", async () => {
    await expect(logged(false, 10_000)).toMatchFileSnapshot("expected/log.txt");
    await expect(logged(true, 1_000)).toMatchFileSnapshot("expected/terminal.txt");
  });

  it("does not fill a log with progress", () => {
    expect(logged(false, 9_999)).not.toContain("500 of 2,000");
  });
});

describe("the JSON reporter", () => {
  it("writes one line of JSON for each event, valid against the schema", async () => {
    const lines: string[] = [];
    const report = createJsonReporter(
      (line) => lines.push(line),
      () => Date.UTC(2026, 7, 1, 10),
    );
    tellAll(report, () => {});
    expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
    const documents = lines.map((line) => JSON.parse(line));
    for (const document of documents) expect(problemsWith("up", document), JSON.stringify(document)).toEqual([]);
    expect(problemsWith("up", { ...documents[1], version: 2 })).not.toEqual([]);
    // The plan has its own snapshot.
    await expect(lines.slice(1).join("")).toMatchFileSnapshot("expected/stream.ndjson");
  });
});
