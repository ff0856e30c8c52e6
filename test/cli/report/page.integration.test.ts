import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chartSvg } from "../../../src/cli/report/chart.ts";
import { computeTicks, placeLabels } from "../../../src/cli/report/chart-scale.ts";
import { formatBytes } from "../../../src/cli/report/format.ts";
import { readHistory } from "../../../src/cli/report/history.ts";
import { backendFolder, readHistoryFolder } from "../../../src/cli/report/history-folder.ts";
import { createReport, type Version, type VersionSegment } from "../../../src/cli/report/model.ts";
import { reportPage } from "../../../src/cli/report/page.ts";
import { readSegments } from "../../../src/cli/report/read-segments.ts";
import { repairMessage } from "../../../src/cli/shared/repair-message.ts";
import { skipWithout } from "../../support/programs.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "report-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const day = (n: number) => `2026-08-0${n}T00:00:00.000Z`;

function segment(name: string, pushedOn: number, pushed: number, backlog?: number): VersionSegment {
  const lastPush = {
    pushed,
    requests: 1,
    at: day(pushedOn),
    commit: `c${pushedOn}`,
    by: "ada",
  };
  const metrics = { backlog_count: backlog ?? 0, backlog_bytes: 1, oldest_message_timestamp_ms: 0 };
  const heard = backlog === undefined ? {} : { metrics, metricsAt: day(pushedOn) };
  return { name, queue: "orders", manifest: "a", inDoubt: 0, inDoubtMessages: [], lastPush, ...heard };
}

const version = (n: number, ...segments: readonly VersionSegment[]): Version => ({
  version: n,
  kind: "update",
  result: "succeeded",
  message: "Backfill the orders",
  at: day(n),
  segments,
  skipped: 0,
});

/** A checkpoint file as Pulumi writes it. */
const checkpoint = ({ segments }: Version) => ({
  version: 3,
  checkpoint: { latest: { resources: [{ type: "other" }, ...segments.map(resource)] } },
});
const resource = ({ name, ...outputs }: VersionSegment) => ({
  type: "pulumi-nodejs:dynamic:Segment",
  urn: name,
  outputs: { version: 1, ...outputs },
});

describe("a summary of runs", () => {
  it("counts each push once, even if later runs record it again, and takes only new metrics", () => {
    const first = segment("a/0", 1, 5, 5);
    const runs = [version(1, first), version(2, first), version(3, segment("a/0", 3, 2, 6), segment("a/1", 3, 10))];
    expect(createReport(runs)).toMatchObject([
      {
        queue: "orders",
        runs: [
          { version: 1, pushed: 5, metrics: { backlog_count: 5 }, by: "ada", commit: "c1" },
          { version: 2, pushed: 0, metrics: undefined, by: undefined },
          { version: 3, pushed: 12, requests: 2, metrics: { backlog_count: 6 }, commit: "c3" },
        ],
      },
    ]);
  });

  it("compares the oldest run that is shown with the one before", () => {
    const [old, next] = [version(1, segment("a/0", 1, 5)), version(2, segment("a/0", 1, 5))];
    expect(createReport([next], old)[0]?.runs).toMatchObject([{ version: 2, pushed: 0 }]);
  });

  it("has a queue until the run that destroyed it", () => {
    const runs = [version(1), version(2, segment("a/0", 2, 5)), version(3), version(4)];
    expect(createReport(runs)[0]?.runs.map((run) => run.version)).toEqual([2, 3]);
  });
});

describe("the type of a run", () => {
  const typeOf = (run: Partial<Version>) => {
    const { action, type } = createReport([{ ...version(1, segment("a/0", 1, 5)), ...run }])[0]?.runs[0] ?? {};
    return [action, type];
  };

  it.each([
    [{}, "up", "deployment"],
    [{ result: "failed" }, "up", "failed"],
    [{ kind: "refresh" }, "refresh", "other"],
    [{ message: repairMessage({ action: "settle_pushed", manifest: "a" }) }, "settle", "repair"],
    [{ message: repairMessage({ action: "baseline", manifest: "a" }), result: "failed" }, "baseline", "failed"],
    [{ message: "queue-seeder migrate a" }, "up", "deployment"],
    [{ message: "settle a" }, "up", "deployment"],
  ])("%j is %s, a %s", (run, action, type) => {
    expect(typeOf(run)).toEqual([action, type]);
  });
});

describe("Pulumi's history", () => {
  it("finds a backend's folder by its address, if it has one", () => {
    expect(backendFolder("file:///var/state", "/repo")).toBe("/var/state");
    expect(backendFolder("file://~/state", "/repo")).toBe(join(homedir(), "state"));
    expect(backendFolder("file://state", "/repo")).toBe("/repo/state");
    expect(backendFolder("s3://bucket", "/repo")).toBeUndefined();
    expect(backendFolder("https://app.pulumi.com/ada", "/repo")).toBeUndefined();
  });

  it("reads plain and compressed files in order, and only the last ones", () => {
    const own = join(folder, ".pulumi/history/shop/dev");
    mkdirSync(own, { recursive: true });
    const write = (run: string, n: number, packed: boolean) => {
      const pair = {
        checkpoint: checkpoint(version(n, segment("a/0", n, n))),
        history: { kind: "update", endTime: n },
      };
      for (const [kind, content] of Object.entries(pair)) {
        const text = JSON.stringify(content);
        if (packed) writeFileSync(join(own, `${run}.${kind}.json.gz`), gzipSync(text));
        else writeFileSync(join(own, `${run}.${kind}.json`), text);
      }
      writeFileSync(join(own, `${run}.checkpoint.json.attrs`), "{}");
    };
    write("dev-1795696231614322733", 1, false);
    write("dev-1795696231614322734", 2, true);
    write("dev-1795696265912071927", 3, false);
    const pushed = (last: number) =>
      readHistoryFolder(folder, "shop", "dev", last).map((run) => [run.version, run.segments[0]?.lastPush.pushed]);
    expect(pushed(9)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(pushed(1)).toEqual([[3, 3]]);
    expect(readHistoryFolder(folder, "shop", "other", 9)).toEqual([]);
  });

  const where = { root: "/", project: "shop", stack: { full: "org/shop/dev", short: "dev" }, last: 9 };
  const done = (stdout: unknown) => ({ code: 0, signal: null, stdout: JSON.stringify(stdout), stderr: "" });

  it("asks Pulumi Cloud for each version by its number", async () => {
    const asked: string[] = [];
    const { versions, note } = await readHistory(
      {
        run: async (args) => {
          asked.push(args.join(" "));
          if (args[0] === "whoami") return done({ url: "https://app.pulumi.com/ada" });
          const newestFirst = [2, 1].map((n) => ({ version: n, kind: "update", result: "succeeded", endTime: day(n) }));
          if (args[1] === "history") return done(newestFirst);
          const n = Number(args.at(-1));
          return done({ deployment: { resources: [resource(segment("a/0", n, n))] } });
        },
      },
      where,
    );
    expect(versions.map((run) => [run.version, run.at, run.segments[0]?.lastPush.pushed])).toEqual([
      [1, day(1), 1],
      [2, day(2), 2],
    ]);
    expect(note).toBeUndefined();
    expect(asked).toContain("stack export --stack org/shop/dev --version 2");
  });

  it("shows the current state of any other backend, and says that earlier runs are missing", async () => {
    const { versions, note } = await readHistory(
      {
        run: async (args) => {
          if (args[0] === "whoami") return done({ url: "s3://bucket" });
          if (args[1] === "history") return done([{ version: 0, kind: "update", endTime: day(2) }, { version: 0 }]);
          return done({ deployment: { resources: [resource(segment("a/0", 2, 7))] } });
        },
      },
      where,
    );
    expect(versions).toMatchObject([{ at: day(2), segments: [{ lastPush: { pushed: 7 } }] }]);
    expect(note).toMatch(/earlier runs are missing/);
  });

  it("reports why Pulumi refuses", async () => {
    const run = async () => ({ code: 6, signal: null, stdout: "", stderr: "error: no stack named 'x' found\n" });
    await expect(readHistory({ run }, where)).rejects.toThrow(
      /`pulumi whoami --json` failed: no stack named 'x' found/,
    );
  });
});

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [150, [0, 50, 100, 150]],
  [176_748, [0, 100_000, 200_000]],
])("has round numbers on an axis up to %i", (most, ticks) => {
  expect(computeTicks(most)).toEqual(ticks);
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_250, "1.3 KB"],
  [123_456, "123 KB"],
  [4_500_000_000, "4.5 GB"],
])("formats %i bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

describe("labels", () => {
  const label = (text: string, x: number, y = 0) => ({ text, x, y });

  it("are left out if they overlap a more important one on the same line", () => {
    const texts = (...labels: Parameters<typeof placeLabels>[0]) => placeLabels(labels, 0, 500).map(({ text }) => text);
    expect(texts(label("first", 100), label("near", 120), label("far", 160))).toEqual(["first", "far"]);
    expect(texts(label("first", 100), label("below", 120, 20))).toEqual(["first", "below"]);
  });

  it("stay within the edges, and are left out if they do not fit", () => {
    expect(placeLabels([label("1234567890", 0), label("1234567890", 500)], 0, 500).map(({ x }) => x)).toEqual([
      35, 465,
    ]);
    expect(placeLabels([label("1234567890", 20)], 0, 60)).toEqual([]);
  });

  it("name the day of the first run of each day", () => {
    const run = (label: string, day: string) => ({ label, day, type: "deployment", tooltip: "" }) as const;
    const svg = chartSvg("c", {
      name: "Queue",
      width: 860,
      runs: [run("#1", "1 Aug"), run("#2", "1 Aug"), run("#3", "2 Aug")],
      panels: [{ title: "Pushed", form: "bars", values: [1, 0, 3] }],
    });
    const axis = [...svg.matchAll(/class="axis"[^>]*text-anchor="middle">([^<]+)</g)].map(([, text]) => text);
    expect(axis.sort()).toEqual(["#1", "#2", "#3", "1 Aug", "2 Aug"]);
    expect([...svg.matchAll(/class="value"[^>]*>([^<]+)</g)].map(([, text]) => text)).toEqual(["3", "1"]);
  });
});

const hostile = '<img src=x onerror="document.title=1">&\u0007';
const queues = [
  {
    queue: hostile,
    runs: createReport([version(1, segment("a/0", 1, 3, 3)), version(2, segment("a/0", 2, 4, 7))])[0]?.runs ?? [],
  },
  { queue: "quiet", runs: createReport([version(1, segment("a/0", 1, 0))])[0]?.runs ?? [] },
];
const page = () => reportPage({ project: hostile, stack: hostile, at: day(3), note: hostile, queues });

it("names the messages that are in doubt, and those that may have arrived twice", () => {
  const doubted = segment("a/0", 2, 4, 7);
  const lastPush = { ...doubted.lastPush, possibleDuplicates: ["#1 (o-1) to #3 (o-3)", "<b>"] };
  const after = { ...doubted, inDoubt: 2, inDoubtMessages: ["#4 (o-4)", "x"], lastPush };
  const refreshed = version(3, { ...after, inDoubt: 0, inDoubtMessages: [] });
  // As Pulumi stores it, and reads it for the report.
  const versions = [version(1, segment("a/0", 1, 3)), version(2, after), refreshed].map((each) => ({
    ...each,
    ...readSegments(checkpoint(each)),
  }));
  const report = createReport(versions);
  const html = reportPage({ project: "shop", stack: "dev", at: day(3), note: undefined, queues: report });
  expect([...html.matchAll(/<details>.*?<\/details>/g)].map(([each]) => each)).toEqual([
    "<details><summary>2 in doubt</summary>#4 (o-4), x</details>",
    "<details><summary>4 may have arrived twice</summary>#1 (o-1) to #3 (o-3), &lt;b&gt;</details>",
  ]);
});

it("escapes all data, and contains no script, link or address", () => {
  const html = page();
  expect(html).not.toMatch(/<img|<script|<link|https?:|url\(/);
  expect(html).not.toContain("\u0007");
  expect(html).toContain("&lt;img src=x onerror=&quot;document.title=1&quot;&gt;&amp;");
  expect(html.split("\n")[0]).toBe("<!doctype html>");
  expect(reportPage({ project: "shop", stack: "dev", at: day(1), note: undefined, queues: [] })).toContain(
    "Nothing was deployed yet",
  );
});

describe.skipIf(skipWithout(executablePath))(`in a browser (skipped where there is no ${executablePath})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  const open = async (colorScheme: "light" | "dark", width: number) => {
    const file = join(folder, "report.html");
    writeFileSync(file, page());
    const tab = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const wrong: string[] = [];
    tab.on("console", (message) => wrong.push(message.text()));
    tab.on("request", (request) => request.url().startsWith("file:") || wrong.push(request.url()));
    await tab.goto(pathToFileURL(file).href);
    return { tab, wrong };
  };

  it.each([390, 820, 1_280])("shows one chart of each queue, and nothing overflows, at %i px", async (width) => {
    const { tab } = await open("light", width);
    expect(await tab.locator("figure:visible").count()).toBe(2);
    expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    const [box] = await Promise.all([tab.getByRole("row").last().getByRole("cell").last().boundingBox()]);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  });

  it.each(["light", "dark"] as const)("shows summary, chart and table of each queue in %s", async (colorScheme) => {
    const { tab, wrong } = await open(colorScheme, 1_280);
    expect(await tab.title()).toBe(`Messages of ${hostile.replace("\u0007", "\\u{7}")}`);
    expect(await tab.locator(".tiles dd").allTextContents()).toEqual([
      "7in 3 requests",
      "2none failed",
      "0nothing to settle",
      "7on 2 Aug 2026",
    ]);
    const chart = tab.locator("svg:visible").first();
    expect(await chart.getAttribute("aria-labelledby")).toBe("queue-0-at-wide-t queue-0-at-wide-d");
    expect(await chart.locator("rect.bar").count()).toBe(2);
    expect(await chart.locator(".value").allTextContents()).toEqual(["4", "3", "7", "3"]);
    expect(await tab.locator("svg:visible").nth(1).textContent()).toContain("not known");
    const row = tab.getByRole("row").nth(1);
    expect(await row.getByRole("rowheader").textContent()).toBe("#2");
    expect(await row.getByRole("cell").allTextContents()).toEqual([
      "2 Aug 2026, 00:00",
      "up",
      "ada c2",
      "4",
      "1",
      "0",
      "7 1 B",
    ]);
    const background = await tab.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(background).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(13, 17, 23)");
    expect(wrong).toEqual([]);
  });
});
