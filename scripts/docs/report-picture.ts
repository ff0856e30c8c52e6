/**
 * Takes the pictures of the page that `report` writes, for the README: of an example stack, whose history is written as Pulumi writes
 * it. Needs Chromium and the Pulumi engine.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { findPulumi } from "../../src/engine/pulumi.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const repository = join(import.meta.dirname, "../..");
const folder = process.argv[2] ?? join(repository, "docs");

/** A run of the example: its day in August, the messages that it pushed, and the backlog at its end. */
interface Run {
  readonly day: number;
  readonly pushed: number;
  readonly backlog: number;
  readonly by?: string;
  readonly result?: "failed";
  readonly inDoubt?: number;
  /** Default: that of a commit. */
  readonly message?: string;
  readonly kind?: "refresh";
}

const runs: readonly Run[] = [
  { day: 3, pushed: 120, backlog: 120 },
  { day: 4, pushed: 0, backlog: 64, kind: "refresh" },
  { day: 5, pushed: 840, backlog: 792, by: "grace" },
  { day: 6, pushed: 310, backlog: 655, by: "grace", result: "failed", inDoubt: 100 },
  { day: 6, pushed: 0, backlog: 655, by: "grace", message: "queue-seeder settle orders" },
  { day: 7, pushed: 530, backlog: 910, by: "grace" },
  { day: 10, pushed: 24, backlog: 310 },
  { day: 12, pushed: 1_260, backlog: 1_180 },
  { day: 13, pushed: 0, backlog: 402, kind: "refresh" },
  { day: 14, pushed: 75, backlog: 133 },
];

/** Returns the outputs of the example's one segment after each run. */
function outputsOf(): readonly object[] {
  let lastPush: object = { pushed: 0, requests: 0, at: "", commit: "" };
  return runs.map((run, index) => {
    const at = timeOf(run, index);
    const { pushed, backlog, by = "ada", inDoubt = 0 } = run;
    const commit = (0x4f2a91c + index * 0x1d3b7).toString(16).padStart(40, "0");
    if (pushed > 0) lastPush = { pushed, requests: Math.ceil(pushed / 100), at, commit, by };
    const metrics = {
      backlog_count: backlog,
      backlog_bytes: backlog * 214,
      oldest_message_timestamp_ms: Date.parse(at) - 60_000,
    };
    return { queue: "orders", manifest: "orders", inDoubt, lastPush, metrics, metricsAt: at };
  });
}

function timeOf({ day }: Run, index: number): string {
  return `2026-08-${String(day).padStart(2, "0")}T09:${String(10 + index).padStart(2, "0")}:00.000Z`;
}

/** Writes a pair of files for each run. Source: pulumi, pkg/backend/diy/state.go, addToHistory. */
function writeHistory(state: string): void {
  const own = join(state, ".pulumi/history/shop/prod");
  mkdirSync(own, { recursive: true });
  for (const [index, outputs] of outputsOf().entries()) {
    const run = runs[index] as Run;
    const seconds = Date.parse(timeOf(run, index)) / 1_000;
    const resource = { type: "pulumi-nodejs:dynamic:Segment", urn: "urn:orders/0", outputs };
    const files = {
      checkpoint: { version: 3, checkpoint: { latest: { resources: [resource] } } },
      history: {
        kind: run.kind ?? "update",
        result: run.result ?? "succeeded",
        message: run.message ?? "Seed the orders",
        startTime: seconds - 3,
        endTime: seconds,
      },
    };
    for (const [kind, content] of Object.entries(files)) {
      writeFileSync(join(own, `prod-${seconds}000000000.${kind}.json`), JSON.stringify(content));
    }
  }
}

/** Runs `report` on the example. @returns the path of the page */
async function makeReport(project: string): Promise<string> {
  mkdirSync(project);
  writeFileSync(join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(join(project, "Pulumi.prod.yaml"), "config: {}\n");
  const state = join(project, "../state");
  mkdirSync(state);
  const env = { ...process.env, PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "example" };
  const pulumi = await findPulumi(project, env);
  const made = await pulumi.run(["stack", "init", "prod"]);
  if (made.code !== 0) throw new Error(made.stderr);
  writeHistory(state);
  const command = [join(repository, "src/cli/main.mjs"), "report", "--stack", "prod"];
  const run = await spawnProcess(process.execPath, command, { cwd: project, env }).done;
  if (run.code !== 0) throw new Error(run.stderr);
  return join(project, "report.html");
}

const temporary = mkdtempSync(join(tmpdir(), "report-picture-"));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const report = await makeReport(join(temporary, "project"));
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ viewport: { width: 780, height: 730 }, colorScheme });
    await page.goto(pathToFileURL(report).href);
    await page.screenshot({ path: join(folder, `report-${colorScheme}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(temporary, { recursive: true, force: true });
}
