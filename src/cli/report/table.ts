import { formatNumber, shortCommit } from "../../format.ts";
import { countLabels, formatLabelList } from "../../labels.ts";
import { escapeText } from "./escape.ts";
import { formatBytes, timeElement } from "./format.ts";
import type { QueueRun } from "./model.ts";

/** Header cells of the table, and whether their column contains numbers. */
const columns = [
  ["Run", false],
  ["When", false],
  ["What", false],
  ["Who and commit", false],
  ["Pushed", true],
  ["Requests", true],
  ["In doubt", true],
  ["Backlog", true],
] as const;

/** Renders the table of a queue's runs, newest first. On a narrow screen, each row becomes a card. */
export function runTable(queue: string, runs: readonly QueueRun[]): string {
  const head = columns
    .map(([name, isNumber]) => `<th scope="col"${isNumber ? ' class="n"' : ""}>${name}</th>`)
    .join("");
  return [
    "<table>",
    `<caption>Runs of ${escapeText(queue)}, newest first</caption><thead><tr>${head}</tr></thead><tbody>`,
    ...[...runs].reverse().map(row),
    "</tbody></table>",
  ].join("\n");
}

function row(run: QueueRun): string {
  const { version, at, action, type, by, commit, plan, pushed, requests, inDoubt, metrics } = run;
  const badge = `<span class="badge ${escapeText(type)}">${escapeText(type === "failed" ? `${action}, failed` : action)}</span>`;
  const cells = [
    timeElement(at),
    [badge, ...named("in doubt", run.inDoubtMessages), ...named("may have arrived twice", run.possibleDuplicates)].join(
      " ",
    ),
    who({ by, commit, plan }),
    count(pushed),
    count(requests),
    inDoubt > 0 ? `<strong class="warn">${count(inDoubt)}</strong>` : count(inDoubt),
    metrics === undefined
      ? "–"
      : `${formatNumber(metrics.backlog_count)} <small>${formatBytes(metrics.backlog_bytes)}</small>`,
  ];
  const rest = cells.map((cell, index) => {
    const [name = "", isNumber] = columns[index + 1] ?? [];
    const type = isNumber ? ' class="n"' : cell === "–" ? ' class="none"' : "";
    return `<td${type} data-name="${name}">${cell}</td>`;
  });
  return `<tr class="${escapeText(type)}"><th scope="row">#${version}</th>${rest.join("")}</tr>`;
}

/** Renders the number of messages, which expands to their labels. */
function named(what: string, labels: readonly string[]): readonly string[] {
  if (labels.length === 0) return [];
  const summary = `${formatNumber(countLabels(labels))} ${what}`;
  return [`<details><summary>${summary}</summary>${escapeText(formatLabelList(labels))}</details>`];
}

function who({ by, commit, plan }: Pick<QueueRun, "by" | "commit" | "plan">): string {
  const parts = [
    ...(by === undefined ? [] : [escapeText(by)]),
    ...(commit === undefined ? [] : [`<code>${escapeText(shortCommit(commit))}</code>`]),
    ...(plan === undefined ? [] : [`<small>plan <code>${escapeText(plan)}</code></small>`]),
  ];
  return parts.length === 0 ? "–" : parts.join(" ");
}

function count(n: number): string {
  return n === 0 ? '<span class="zero">0</span>' : formatNumber(n);
}
