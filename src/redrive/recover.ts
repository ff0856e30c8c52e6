import { createHash } from "node:crypto";
import type { Owner } from "../push/index.ts";
import { ExportError, fileName } from "./export-error.ts";
import type { Disk } from "./export-host.ts";
import type { ExportPaths } from "./export-paths.ts";
import { type ExportHead, findProgressMismatch, type Ranges, readLine } from "./progress-lines.ts";
import { type RowKind, rowKinds } from "./row.ts";

/** Position of a row in a data file. `line` starts at 1. */
export interface RowLocation {
  readonly kind: RowKind;
  readonly line: number;
}

/** The state of an unfinished export. */
export interface ExportState {
  readonly head: ExportHead;
  /** The process that wrote to the export last. */
  readonly owner: Owner | undefined;
  /** Lease duration of that process in milliseconds; 0 if there was none. */
  readonly visibilityMs: number;
  /** Size of the progress file up to its last complete and valid line, in bytes. */
  readonly progressBytes: number;
  readonly sizes: Record<RowKind, number>;
  readonly rows: Record<RowKind, number>;
  /** Locations by message id. */
  readonly locations: Map<string, RowLocation>;
  /** Ids of rows whose acknowledgement is not confirmed. */
  readonly unsettled: Set<string>;
  /** When the last leases end, in milliseconds since the epoch. */
  readonly leaseEndsMs: number;
  /** SHA-256 of each manifest that this export has written or was about to write. */
  readonly manifests: Set<string>;
}

export const noRows = (): Record<RowKind, number> => ({ json: 0, text: 0, unpushable: 0 });

export function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

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
  assertVersion(paths.progress, lines[0]);
  const first = lines[0] === undefined ? undefined : readLine(lines[0]);
  if (first === undefined || !("head" in first)) {
    if (lines.length > 0) throw damaged(paths.progress, "its first line cannot be read");
    return undefined;
  }
  let owner: Owner | undefined;
  let visibilityMs = 0;
  const manifests = new Set<string>();
  let leaseEndsMs = 0;
  let progressBytes = 0;
  const sizes = noRows();
  const rows = noRows();
  const locations = new Map<string, RowLocation>();
  const unsettled = new Set<string>();
  for (const [index, written] of lines.entries()) {
    const line = readLine(written);
    if (line === undefined) throw damaged(paths.progress, `its line ${index + 1} cannot be read`);
    if ("put" in line) {
      if (!(await isWritten(line.put, sizes, paths, disk))) {
        // Rows are announced before they are written, and the next line is written after them.
        if (index < lines.length - 1) throw damaged(paths.progress, "rows that it names are not in the data file");
        break;
      }
      addRanges(line.put, { sizes, rows, locations, unsettled });
      leaseEndsMs = Math.max(leaseEndsMs, line.leaseEndsMs);
    }
    if ("run" in line) {
      owner = line.run;
      visibilityMs = line.visibilityMs;
    }
    if ("settled" in line) for (const id of line.settled) unsettled.delete(id);
    if ("manifest" in line) manifests.add(line.manifest);
    progressBytes += Buffer.byteLength(written) + 1;
  }
  return {
    head: first.head,
    owner,
    visibilityMs,
    progressBytes,
    sizes,
    rows,
    locations,
    unsettled,
    leaseEndsMs,
    manifests,
  };
}

/** Adds rows that are on disk to the counters. */
export function addRanges(
  put: Ranges,
  { sizes, rows, locations, unsettled }: Pick<ExportState, "sizes" | "rows" | "locations" | "unsettled">,
): void {
  for (const kind of rowKinds) {
    const range = put[kind];
    if (range === undefined) continue;
    for (const [index, id] of range.ids.entries()) {
      locations.set(id, { kind, line: rows[kind] + index + 1 });
      unsettled.add(id);
    }
    sizes[kind] += range.bytes;
    rows[kind] += range.ids.length;
  }
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

function assertVersion(path: string, first: string | undefined): void {
  const mismatch = first === undefined ? undefined : findProgressMismatch(first);
  if (mismatch?.remedy === undefined) return;
  const next = `${mismatch.remedy}, or name another --out. Nothing was changed.`;
  throw new ExportError("EXPORT_VERSION", `${fileName(path)} cannot be read: ${mismatch.reason}`, next);
}

function damaged(path: string, why: string): ExportError {
  const next =
    "Restore the files as the last run left them, and run it again; or keep them elsewhere and name another --out.";
  return new ExportError("EXPORT_DAMAGED", `${fileName(path)} was changed since the last run: ${why}`, next);
}
