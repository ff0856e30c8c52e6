import type { StackState } from "../../engine/read-state.ts";
import { formatCount, formatNumber, shortCommit, truncate } from "../../format.ts";
import { formatLabelList } from "../../labels.ts";
import { toPrintableData } from "../../printable.ts";
import { formatAgo, formatMetrics, formatQueueId } from "../shared/format.ts";
import type { Paint } from "../shared/paint.ts";
import type { RemovedManifest } from "../shared/plan/model.ts";
import { formatBase } from "../shared/plan/text.ts";
import { mergeByName } from "../shared/plan/totals.ts";
import type { ManifestStatus, QueueStatus, Status } from "./model.ts";

const titles = ["Manifest", "Queue", "Pushed", "Pending", "In doubt", "Last push"] as const;

/** Indices of the columns with numbers, which are right-aligned. */
const numeric = new Set([2, 3, 4]);

/** Indices of the columns with names, which are shortened if a row would be longer than the terminal is wide. */
const shortened: readonly number[] = [0, 1];

/** Columns of the narrowest terminal for which the table is made. */
const terminalColumns = 80;

const shortestName = 8;

/** Formats the status as text. @param now milliseconds since the Unix epoch */
export function statusText(status: Status, paint: Paint, now: number): string {
  const { stack, project, base, manifests, removed, components, queues, metricsSkipped } = toPrintableData(status);
  return [
    `${paint("bold", `${stack} of ${project}`)}, ${formatBase(base)}.`,
    "",
    ...(manifests.length === 0
      ? ["This stack has no manifests."]
      : aligned([titles, ...manifests.map((each) => row(each, now))])),
    ...manifests.flatMap(notes),
    ...removed.map(
      ({ name, queue, pushed }) =>
        `${name} → ${queue}: no longer in the repository, ${formatCount(pushed, "message")} pushed`,
    ),
    ...components.map((each) => recordedLine(each, "of the program, ")),
    "",
    ...queues.map((queue) => queueLine(queue, now)),
    ...(metricsSkipped === null ? [] : [`Queue metrics are unavailable: ${metricsSkipped}.`]),
    "",
  ].join("\n");
}

/** Returns the facts about a manifest for which the table has no column. */
function notes(manifest: ManifestStatus): readonly string[] {
  const { name, edited, removed, journaled, inDoubtMessages, possibleDuplicates } = manifest;
  const recovered = `${formatNumber(journaled.pushed)} pushed and ${formatNumber(journaled.inDoubt)} in doubt`;
  return [
    ...(inDoubtMessages.length > 0 ? [`${name}: in doubt: ${formatLabelList(inDoubtMessages)}`] : []),
    ...(possibleDuplicates.length > 0
      ? [`${name}: may have arrived twice: ${formatLabelList(possibleDuplicates)}`]
      : []),
    ...(edited > 0 ? [`${name}: ${formatNumber(edited)} edited after the push, which the next run refuses`] : []),
    ...(removed > 0 ? [`${name}: ${formatNumber(removed)} removed from the manifest after the push`] : []),
    ...(journaled.pushed + journaled.inDoubt > 0
      ? [`${name}: ${recovered} according to the journal of a killed run, which the next run takes over`]
      : []),
  ];
}

/** Formats the ledger alone, for manifests with errors that cannot be compared with it. */
export function ledgerText({ segments }: StackState): string {
  const recorded = mergeByName(segments.map(({ manifest: name, outputs }) => ({ ...outputs, name })));
  return ["By the ledger alone:", ...toPrintableData(recorded).map((each) => recordedLine(each)), ""].join("\n");
}

function recordedLine({ name, queue, pushed, inDoubt }: RemovedManifest, whose = ""): string {
  return `${name} → ${queue}: ${whose}${formatCount(pushed, "message")} pushed, ${formatNumber(inDoubt)} in doubt`;
}

function row({ name, queue, pushed, pending, inDoubt, lastPush }: ManifestStatus, now: number): readonly string[] {
  const figures = [pushed, pending, inDoubt].map(formatNumber);
  const commit = lastPush?.commit ? ` (${shortCommit(lastPush.commit)})` : "";
  return [name, queue, ...figures, lastPush === null ? "never" : `${formatAgo(lastPush.at, now)}${commit}`];
}

function queueLine({ name, id, metrics, reason }: QueueStatus, now: number): string {
  const head = `${name} (${formatQueueId(id)})`;
  if (metrics !== null) return `${head}:\n    ${formatMetrics(metrics, now)}`;
  return reason === null ? head : `${head}: no metrics, ${reason}`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  // Takes the missing columns from the longer of the names.
  for (let missing = widths.reduce((sum, width) => sum + width + 2, -2) - terminalColumns; missing > 0; missing -= 1) {
    const longest = shortened.reduce((a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a));
    if ((widths[longest] ?? 0) <= shortestName) break;
    widths[longest] = (widths[longest] ?? 0) - 1;
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (cell.length > width) return `${truncate(cell, width - 1)}…`;
        return numeric.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
