import { ExportError, fileName } from "./export-error.ts";
import type { Disk } from "./export-host.ts";
import type { ExportPaths } from "./export-paths.ts";
import { applyLine, type ExportState, emptyState, sha256 } from "./export-state.ts";
import { type ExportHead, findProgressMismatch, type Ranges, readLine } from "./progress-lines.ts";
import { type RowKind, rowKinds } from "./row.ts";

/**
 * Reads the progress of an export and verifies the data files against it. Changes nothing.
 *
 * @returns undefined if even the first line is incomplete, so that the export has no data
 * @throws ExportError EXPORT_VERSION if another version of queue-seeder began the export; EXPORT_DAMAGED if the files were changed
 */
export async function readProgress(paths: ExportPaths, disk: Disk): Promise<ExportState | undefined> {
  const size = (await disk.size(paths.progress)) ?? 0;
  const text = (await disk.read(paths.progress, 0, size)).toString("utf8");
  const lines = text.split("\n").slice(0, -1);
  const head = readHead(paths.progress, lines[0]);
  if (head === undefined) return undefined;
  const state = emptyState(head);
  for (const [index, written] of lines.entries()) {
    const line = readLine(written);
    if (line === undefined) throw damaged(paths.progress, `its line ${index + 1} cannot be read`);
    if ("put" in line && !(await isWritten(line.put, state.sizes, paths, disk))) {
      // Rows are announced before they are written, and the next line is written after them.
      if (index < lines.length - 1) throw damaged(paths.progress, "rows that it names are not in the data file");
      break;
    }
    applyLine(state, line);
    state.progressBytes += Buffer.byteLength(written) + 1;
  }
  return state;
}

/** Reads the first line of the progress file. @returns undefined if it is incomplete */
function readHead(path: string, first: string | undefined): ExportHead | undefined {
  if (first === undefined) return undefined;
  const mismatch = findProgressMismatch(first);
  if (mismatch?.remedy !== undefined) {
    const next = `${mismatch.remedy}, or name another --out. Nothing was changed.`;
    throw new ExportError("EXPORT_VERSION", `${fileName(path)} cannot be read: ${mismatch.reason}`, next);
  }
  const line = readLine(first);
  if (line === undefined || !("head" in line)) throw damaged(path, "its first line cannot be read");
  return line.head;
}

async function isWritten(
  put: Ranges,
  sizes: Readonly<Record<RowKind, number>>,
  paths: ExportPaths,
  disk: Disk,
): Promise<boolean> {
  for (const kind of rowKinds) {
    const range = put[kind];
    if (range === undefined) continue;
    if (range.at !== sizes[kind]) throw damaged(paths.progress, "its rows do not follow each other");
    const path = paths.data[kind];
    if ((await disk.size(path)) === undefined) return false;
    if (sha256(await disk.read(path, range.at, range.bytes)) !== range.sha256) return false;
  }
  return true;
}

/**
 * Truncates what an interrupted run left incomplete: a partial progress line, and rows that were announced but not completed.
 *
 * @throws ExportError EXPORT_DAMAGED if a data file has more than was announced
 */
export async function cutUnfinished(
  { progressBytes, sizes }: ExportState,
  paths: ExportPaths,
  disk: Disk,
): Promise<void> {
  const size = (await disk.size(paths.progress)) ?? 0;
  const tail = (await disk.read(paths.progress, progressBytes, size - progressBytes)).toString("utf8");
  const announced = readLine(tail.split("\n")[0] ?? "");
  for (const kind of rowKinds) {
    const there = (await disk.size(paths.data[kind])) ?? 0;
    const range = announced !== undefined && "put" in announced ? announced.put[kind] : undefined;
    if (there < sizes[kind] || there > sizes[kind] + (range?.bytes ?? 0)) {
      throw damaged(paths.data[kind], `it has ${there} bytes, and ${sizes[kind]} were written`);
    }
    // Truncate even if the size is unchanged, which syncs the file: an interrupted run may not have synced the rows, and their
    // messages are about to be acknowledged.
    if (there > 0) await disk.truncate(paths.data[kind], sizes[kind]);
  }
  // Truncated last, since it announces what may be truncated in the data files.
  if (size > progressBytes) await disk.truncate(paths.progress, progressBytes);
}

function damaged(path: string, why: string): ExportError {
  const next =
    "Restore the files as the last run left them, and run it again; or keep them elsewhere and name another --out.";
  return new ExportError("EXPORT_DAMAGED", `${fileName(path)} was changed since the last run: ${why}`, next);
}
