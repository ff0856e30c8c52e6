import { formatCount, formatNumber } from "../../format.ts";
import { chartSvg, type RunMark, symbols } from "./chart.ts";
import { escapeText } from "./escape.ts";
import { formatDay, formatTime, timeElement } from "./format.ts";
import type { QueueReport, QueueRun, RunType } from "./model.ts";
import { style } from "./style.ts";
import { summary } from "./summary.ts";
import { runTable } from "./table.ts";

export interface PageFacts {
  readonly project: string;
  readonly stack: string;
  /** Time of the page's creation, ISO 8601. */
  readonly at: string;
  /** A caveat about the numbers, in a sentence; undefined if there is none. */
  readonly note: string | undefined;
  readonly queues: readonly QueueReport[];
}

/** Widths in pixels of the chart on wide and on narrow screens, and the number of runs that each shows. */
const charts = [
  { type: "at-wide", width: 860, runs: 60 },
  { type: "at-narrow", width: 340, runs: 12 },
] as const;

/** Renders the page as one self-contained HTML document without scripts, fonts or requests. */
export function reportPage({ project, stack, at, note, queues }: PageFacts): string {
  const title = `Messages of ${stack}`;
  const body = [
    `<header><p class="project">${escapeText(project)}</p><h1>${escapeText(stack)}</h1>`,
    `<p class="quiet">${period(queues)}Made ${timeElement(at)} by queue-seeder from Pulumi's history. Times are UTC.</p></header>`,
    ...(note === undefined ? [] : [`<p class="note">${escapeText(note)}</p>`]),
    ...(queues.length === 0 ? ["<p>Nothing was deployed yet.</p>"] : [summary(queues), legend(queues)]),
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

/** Returns the first and the last day of the runs, as a sentence. */
function period(queues: readonly QueueReport[]): string {
  const times = queues.flatMap(({ runs }) => runs.map(({ at }) => at)).sort();
  const [first, last] = [times[0], times.at(-1)].map((at) => at && formatDay(at, { year: true }));
  if (first === undefined || last === undefined) return "";
  return `${escapeText(first === last ? first : `${first} to ${last}`)}. `;
}

const legends: Readonly<Record<Exclude<RunType, "deployment">, string>> = {
  failed: "failed run",
  repair: "repair of the ledger, which pushes nothing",
  other: "refresh or another run without a push",
};

/** Explains the symbols that the charts contain. */
function legend(queues: readonly QueueReport[]): string {
  const types = new Set(queues.flatMap(({ runs }) => runs.map(({ type }) => type)));
  const items = (["failed", "repair", "other"] as const)
    .filter((type) => types.has(type))
    .map((type) => `<li><svg viewBox="-7 -7 14 14" aria-hidden="true">${symbols[type]}</svg>${legends[type]}</li>`);
  return items.length === 0 ? "" : `<ul class="legend">${items.join("")}</ul>`;
}

function section({ queue, runs }: QueueReport, index: number): string {
  const id = `queue-${index}`;
  return [
    `<section aria-labelledby="${id}-h">`,
    `<h2 id="${id}-h">${escapeText(queue)}</h2>`,
    `<p>${describeQueue(runs)}</p>`,
    ...charts.map(({ type, width, runs: most }) => {
      const shown = runs.slice(-most);
      const chart = chartSvg(`${id}-${type}`, {
        name: `Queue ${queue}`,
        width,
        runs: shown.map(toMark),
        panels: [
          { title: "Pushed by each run (messages)", form: "bars", values: shown.map(({ pushed }) => pushed) },
          {
            title: "Backlog after it (messages)",
            form: "line",
            values: shown.map(({ metrics }) => metrics?.backlog_count),
          },
        ],
      });
      const rest = shown.length < runs.length ? `<figcaption>The last ${shown.length} runs</figcaption>` : "";
      return `<figure class="${type}">${chart}${rest}</figure>`;
    }),
    runTable(queue, runs),
    "</section>",
  ].join("\n");
}

function describeQueue(runs: readonly QueueRun[]): string {
  const pushed = runs.reduce((sum, run) => sum + run.pushed, 0);
  const last = runs.findLast(({ metrics }) => metrics !== undefined);
  const backlog =
    last?.metrics === undefined
      ? "Its backlog is not known."
      : `At the end of run ${last.version} its backlog had ${formatCount(last.metrics.backlog_count, "message")}.`;
  return `${formatCount(pushed, "message")} pushed in ${formatCount(runs.length, "run")}. ${backlog}`;
}

function toMark({ version, at, type, action, pushed, metrics }: QueueRun): RunMark {
  const details = [
    `#${version}, ${formatTime(at)}`,
    type === "failed" ? `${action}, failed` : action,
    `${formatNumber(pushed)} pushed`,
    ...(metrics === undefined ? [] : [`${formatNumber(metrics.backlog_count)} in the queue afterwards`]),
  ];
  return { label: `#${version}`, day: formatDay(at), type, tooltip: details.join("; ") };
}
