import { createHash } from "node:crypto";
import type { Owner } from "../push/index.ts";
import type { ExportHead, ProgressLine, Ranges } from "./progress-lines.ts";
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
  owner: Owner | undefined;
  /** Lease duration of that process in milliseconds; 0 if there was none. */
  visibilityMs: number;
  /** Size of the progress file up to its last complete and valid line, in bytes. */
  progressBytes: number;
  readonly sizes: Record<RowKind, number>;
  readonly rows: Record<RowKind, number>;
  /** Locations by message id. */
  readonly locations: Map<string, RowLocation>;
  /** Ids of rows whose acknowledgement is not confirmed. */
  readonly unsettled: Set<string>;
  /** When the last leases end, in milliseconds since the epoch. */
  leaseEndsMs: number;
  /** SHA-256 of each manifest that this export has written or was about to write. */
  readonly manifests: Set<string>;
}

const noRows = (): Record<RowKind, number> => ({ json: 0, text: 0, unpushable: 0 });

/** Returns the state of an export that has no rows. */
export function emptyState(head: ExportHead): ExportState {
  return {
    head,
    owner: undefined,
    visibilityMs: 0,
    progressBytes: 0,
    sizes: noRows(),
    rows: noRows(),
    locations: new Map(),
    unsettled: new Set(),
    leaseEndsMs: 0,
    manifests: new Set(),
  };
}

/** Adds to the state what a line of the progress file records. The rows of a `put` are on disk. */
export function applyLine(state: ExportState, line: ProgressLine): void {
  if ("put" in line) {
    addRanges(line.put, state);
    state.leaseEndsMs = Math.max(state.leaseEndsMs, line.leaseEndsMs);
  }
  if ("run" in line) {
    state.owner = line.run;
    state.visibilityMs = line.visibilityMs;
  }
  if ("settled" in line) for (const id of line.settled) state.unsettled.delete(id);
  if ("manifest" in line) state.manifests.add(line.manifest);
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

export function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
