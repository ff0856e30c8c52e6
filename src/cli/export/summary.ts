import { formatCount, formatNumber } from "../../format.ts";
import { quote, toPrintable } from "../../printable.ts";
import type { DrainResult, ExportFiles, ExportPaths, PeekResult, RowKind } from "../../redrive/index.ts";

const kinds = ["json", "text", "unpushable"] as const satisfies readonly RowKind[];

/** Lists the files of an export, the manifest first. */
export function writtenFiles({ rows }: Pick<ExportFiles, "rows">, shown: ExportPaths): readonly string[] {
  const data = kinds.filter((kind) => rows[kind] > 0).map((kind) => shown.data[kind]);
  return rows.json + rows.text > 0 ? [shown.manifest, ...data] : data;
}

/** Summarizes what was exported, one sentence per line. */
export function exportedText(files: Pick<ExportFiles, "rows" | "head">, shown: ExportPaths): readonly string[] {
  const { rows, head } = files;
  const all = rows.json + rows.text + rows.unpushable;
  if (all === 0) return [`Nothing to export: no matching message was found in ${quote(head.queueName)}.`];
  const lines = [`Exported ${formatCount(all, "message")} of ${quote(head.queueName)}.`];
  if (rows.json + rows.text > 0) {
    lines.push(`${shown.manifest} pushes ${formatNumber(rows.json + rows.text)} of them to ${quote(head.to)}, once.`);
  }
  if (rows.unpushable > 0) {
    lines.push(
      `${shown.data.unpushable} has ${formatNumber(rows.unpushable)} that no manifest can push back exactly, each with the reason; no manifest uses the file.`,
    );
  }
  return lines;
}

/** Reports the messages that a peek could not see. */
export function peekedText({ seen, backlog }: PeekResult): readonly string[] {
  const bound =
    "A peek shows at most the 100 oldest messages that could be delivered now; leased and delayed ones are not shown.";
  if (backlog === undefined) return [`${bound} The number of messages in the queue could not be read.`];
  if (backlog <= seen) return [];
  return [
    `The queue has about ${formatCount(backlog, "message")}, of which the peek saw ${formatNumber(seen)}. ${bound} Export all with --take.`,
  ];
}

/** Reports the messages that are left in the queue. */
export function takenText({ remaining, backlog }: DrainResult): readonly string[] {
  const lines: string[] = [];
  if (remaining > 0) {
    lines.push(
      `${formatCount(remaining, "message")} stayed in the queue, because they were not selected. Each of them has used one more delivery.`,
    );
  }
  const others = (backlog ?? 0) - remaining;
  if (others > 0) {
    lines.push(
      `The queue reported about ${formatCount(others, "message")} more, such as delayed ones or another consumer's.`,
    );
  }
  return lines;
}

/**
 * Names the exported messages that may still be delivered by the queue.
 *
 * @returns undefined if there are none
 */
export function unsettledText(files: ExportFiles, shown: ExportPaths): string | undefined {
  const locations = [...files.unsettled].flatMap((id) => files.locationOf(id) ?? []);
  if (locations.length === 0) return undefined;
  const named = kinds.flatMap((kind) => {
    const lines = locations.filter((location) => location.kind === kind).map(({ line }) => line);
    return lines.length === 0 ? [] : [`${shown.data[kind]}:${ranges(lines.sort((a, b) => a - b))}`];
  });
  return `EXPORT_UNCONFIRMED: ${formatCount(locations.length, "message")} may still be in the queue, or may have been delivered to another consumer: ${named.join(" ")}. Run it again to acknowledge those that come back; remove ${shown.progress} if the queue has none of them.`;
}

/** Formats sorted line numbers as ranges, such as `1-3,7`. */
function ranges(lines: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (lines[end + 1] === (lines[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? `${lines[at]}` : `${lines[at]}-${lines[end]}`);
    at = end + 1;
  }
  return parts.join(",");
}

/** Prints lines for the user to stderr. */
export function printLines(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${toPrintable(line)}\n`);
}
