import { formatCount, formatNumber } from "../../format.ts";
import { chartSvg } from "./chart.ts";
import { escapeText } from "./escape.ts";
import type { QueueReport, QueueRun } from "./model.ts";
import { style } from "./style.ts";

export interface PageFacts {
  readonly stack: string;
  /** Time of the page's creation, ISO 8601. */
  readonly at: string;
  /** A caveat about the numbers, in a sentence; undefined if there is none. */
  readonly note: string | undefined;
  readonly queues: readonly QueueReport[];
}

/** Renders the page as one self-contained HTML document without scripts, fonts or requests. */
export function reportPage({ stack, at, note, queues }: PageFacts): string {
  const title = `Messages of ${stack}`;
  const body = [
    `<h1>${escapeText(title)}</h1>`,
    `<p>Made ${time(at)} by queue-seeder from the history of Pulumi's stack <code>${escapeText(stack)}</code>. Times are UTC.</p>`,
    ...(note === undefined ? [] : [`<p class="note">${escapeText(note)}</p>`]),
    ...(queues.length === 0 ? ["<p>Nothing was deployed yet.</p>"] : []),
    ...queues.map(section),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body.join("\n")}
</main>
</body>
</html>
`;
}

function section({ queue, runs }: QueueReport, index: number): string {
  const id = `queue-${index}`;
  const pushed = runs.reduce((sum, run) => sum + run.pushed, 0);
  const last = runs.findLast(({ metrics }) => metrics !== undefined);
  const backlog =
    last?.metrics === undefined
      ? "Its backlog is not known."
      : `At the end of run ${last.version} its backlog had ${formatCount(last.metrics.backlog_count, "message")}.`;
  const chart = chartSvg(
    id,
    `Queue ${queue}`,
    runs.map(({ version }) => `#${version}`),
    [
      { title: "Pushed by the run (messages)", form: "bars", values: runs.map((run) => run.pushed) },
      {
        title: "Backlog after each run, as reported by Cloudflare (messages)",
        form: "line",
        values: runs.map(({ metrics }) => metrics?.backlog_count),
      },
    ],
  );
  return [
    `<section aria-labelledby="${id}-h">`,
    `<h2 id="${id}-h">${escapeText(queue)}</h2>`,
    `<p>${formatCount(pushed, "message")} pushed in ${formatCount(runs.length, "run")}. ${backlog}</p>`,
    `<figure>${chart}</figure>`,
    table(queue, runs),
    "</section>",
  ].join("\n");
}

const columns = [
  "Run",
  "When",
  "What",
  "Who",
  "Commit",
  "Plan",
  "Pushed",
  "Requests",
  "In doubt",
  "Backlog",
  "Backlog bytes",
];

/** Renders the table of a queue's runs, newest first. */
function table(queue: string, runs: readonly QueueRun[]): string {
  const head = columns
    .map((column, index) => `<th scope="col"${index > 5 ? ' class="n"' : ""}>${column}</th>`)
    .join("");
  return [
    `<div class="wide" tabindex="0" role="region" aria-label="Runs of ${escapeText(queue)}"><table>`,
    `<caption>The same numbers, newest first</caption><thead><tr>${head}</tr></thead><tbody>`,
    ...[...runs].reverse().map(row),
    "</tbody></table></div>",
  ].join("\n");
}

function row(run: QueueRun): string {
  const { version, at, kind, result, by, commit, plan, pushed, requests, inDoubt, metrics } = run;
  const text = (value: string | undefined) => `<td>${value === undefined ? "–" : escapeText(value)}</td>`;
  const n = (value: number | undefined) => `<td class="n">${value === undefined ? "–" : formatNumber(value)}</td>`;
  return [
    `<tr><th scope="row">#${version}</th><td>${time(at)}</td>`,
    text(result === "succeeded" ? kind : `${kind}, ${result}`),
    text(by),
    commit === undefined ? text(undefined) : `<td><code>${escapeText(commit.slice(0, 10))}</code></td>`,
    plan === undefined ? text(undefined) : `<td><code>${escapeText(plan)}</code></td>`,
    n(pushed),
    n(requests),
    n(inDoubt),
    n(metrics?.backlog_count),
    n(metrics?.backlog_bytes),
    "</tr>",
  ].join("");
}

function time(at: string): string {
  return `<time datetime="${escapeText(at)}">${escapeText(at.replace("T", " ").slice(0, 16))}</time>`;
}
