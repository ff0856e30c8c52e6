import type { StackState } from "../../engine/read-state.ts";
import { formatCount, formatNumber } from "../../format.ts";
import { toPrintableData } from "../../printable.ts";
import { formatMetrics, formatQueueId } from "../shared/format.ts";
import type { Paint } from "../shared/paint.ts";
import { mergeByName, type RemovedManifest } from "../shared/plan/model.ts";
import { formatBase } from "../shared/plan/text.ts";
import type { ManifestStatus, QueueStatus, Status } from "./model.ts";

const titles = ["Manifest", "Queue", "Pushed", "Pending", "In doubt", "Edited", "Removed", "Last push"] as const;

/** Indices of the columns with numbers, which are right-aligned. */
const numeric = new Set([2, 3, 4, 5, 6]);

/** Formats the status as text. */
export function statusText(status: Status, paint: Paint): string {
  const { stack, project, base, manifests, removed, components, queues, notAsked } = toPrintableData(status);
  const table = aligned([titles, ...manifests.map(row)]);
  return [
    `${paint("bold", `${stack} of ${project}`)}, ${formatBase(base)}.`,
    "",
    ...(manifests.length === 0 ? ["There is no manifest for this stack."] : table),
    ...manifests.flatMap(({ name, journaled: { pushed, inDoubt } }) =>
      pushed + inDoubt === 0
        ? []
        : [
            `${name}: ${formatNumber(pushed)} pushed and ${formatNumber(inDoubt)} in doubt as the journal here of a run that was killed ` +
              "says; the next `pulumi up` takes them over",
          ],
    ),
    ...removed.map(
      ({ name, queue, pushed }) =>
        `${name} → ${queue}: gone from the repository, ${formatCount(pushed, "message")} pushed`,
    ),
    ...components.map((each) => recordedLine(each, "of the program, ")),
    "",
    ...queues.map((queue) => queueLine(queue)),
    ...(notAsked === null ? [] : [`The queues were not asked for their metrics: ${notAsked}.`]),
    "",
  ].join("\n");
}

/** Formats the ledger alone, for manifests with errors that cannot be compared with it. */
export function ledgerText({ segments }: StackState): string {
  const recorded = mergeByName(segments.map(({ manifest: name, outputs }) => ({ ...outputs, name })));
  return ["By the ledger alone:", ...toPrintableData(recorded).map((each) => recordedLine(each)), ""].join("\n");
}

function recordedLine({ name, queue, pushed, inDoubt }: RemovedManifest, whose = ""): string {
  return `${name} → ${queue}: ${whose}${formatCount(pushed, "message")} pushed, ${formatNumber(inDoubt)} in doubt`;
}

function row({ name, queue, pushed, pending, inDoubt, edited, removed, lastPush }: ManifestStatus): readonly string[] {
  const figures = [pushed, pending, inDoubt, edited, removed].map(formatNumber);
  const commit = lastPush?.commit ? ` (${lastPush.commit.slice(0, 7)})` : "";
  return [name, queue, ...figures, lastPush === null ? "never" : `${lastPush.at}${commit}`];
}

function queueLine({ name, id, metrics, why }: QueueStatus): string {
  const head = `${name} (${formatQueueId(id)})`;
  if (metrics !== null) return `${head}: ${formatMetrics(metrics)}`;
  return why === null ? head : `${head}: no metrics, ${why}`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
