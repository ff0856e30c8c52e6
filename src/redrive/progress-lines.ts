import { findVersionMismatch, type VersionMismatch } from "../document-version.ts";
import { isObject, isTexts, parseObject } from "../json-object.ts";
import type { Owner } from "../push/journal/owner.ts";
import { type RowKind, rowKinds } from "./row.ts";

/** Identifies an export; a run can only resume it with the same values. */
export interface ExportHead {
  readonly accountId: string;
  readonly queueId: string;
  readonly queueName: string;
  /** Name of the queue in the manifest. */
  readonly to: string;
  /** The stack that the manifest is for, null for any. */
  readonly stack: string | null;
  /** Whether messages are copied (`peek`) or removed from the queue (`take`). */
  readonly mode: "peek" | "take";
  readonly metadata: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** The rows of one batch in one data file. */
export interface Range {
  /** Offset of the first byte. */
  readonly at: number;
  readonly bytes: number;
  /** Digest of these bytes, hexadecimal. */
  readonly sha256: string;
  /** Ids of the messages, one per row. */
  readonly ids: readonly string[];
}

export type Ranges = Readonly<Partial<Record<RowKind, Range>>>;

/** Incremented when the meaning of an existing key changes. */
export const progressVersion = 1;

/**
 * A line of the progress file. `put` is written before its rows, so that every row has an id; the rows are complete if the data
 * file contains exactly these bytes.
 */
export type ProgressLine =
  | { readonly version: typeof progressVersion; readonly head: ExportHead }
  /** Start of a run. `visibilityMs`: lease duration of pulled messages in milliseconds. */
  | { readonly run: Owner; readonly visibilityMs: number }
  /** `leaseEndsMs`: milliseconds since the epoch by this machine's clock; 0 without leases. */
  | { readonly put: Ranges; readonly leaseEndsMs: number }
  /** Ids of messages whose acknowledgement the API confirmed, or that were only peeked at. */
  | { readonly settled: readonly string[] }
  /** SHA-256 of the manifest that is about to be written. */
  | { readonly manifest: string };

export function writeLine(line: ProgressLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Returns why the version of the first line prevents its reading, undefined if it can be read. */
export function findProgressMismatch(first: string): VersionMismatch | undefined {
  return findVersionMismatch(parseObject(first).version, progressVersion);
}

/** Parses a line of the progress file. @returns undefined if it is not a valid line of this version */
export function readLine(text: string): ProgressLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { version, head, run, visibilityMs, put, leaseEndsMs, settled, manifest } = value;
  if (version === progressVersion && isObject(head)) return isHead(head) ? { version, head } : undefined;
  if (isOwner(run)) return typeof visibilityMs === "number" ? { run, visibilityMs } : undefined;
  if (isObject(put)) return isRanges(put) && typeof leaseEndsMs === "number" ? { put, leaseEndsMs } : undefined;
  if (isTexts(settled)) return { settled };
  return typeof manifest === "string" ? { manifest } : undefined;
}

function isHead(value: unknown): value is ExportHead {
  if (!isObject(value)) return false;
  const texts = [value.accountId, value.queueId, value.queueName, value.to, value.startedAt];
  const isStack = value.stack === null || typeof value.stack === "string";
  const isMode = value.mode === "peek" || value.mode === "take";
  return texts.every((text) => typeof text === "string") && isStack && isMode && typeof value.metadata === "boolean";
}

function isOwner(value: unknown): value is Owner {
  if (!isObject(value)) return false;
  return typeof value.machine === "string" && typeof value.pid === "number" && typeof value.started === "string";
}

function isRanges(value: Record<string, unknown>): value is Record<RowKind, Range> {
  return Object.entries(value).every(([kind, range]) => rowKinds.some((known) => known === kind) && isRange(range));
}

function isRange(value: unknown): value is Range {
  if (!isObject(value)) return false;
  return (
    [value.at, value.bytes].every((n) => typeof n === "number") &&
    typeof value.sha256 === "string" &&
    isTexts(value.ids)
  );
}
