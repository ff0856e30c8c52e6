import { formatCount, formatDuration, formatNumber } from "../../format.ts";
import type { QueueMetrics } from "../../types.ts";

/** Formats a queue's id. @param id "" if only the program can determine it; null if the queue does not exist yet */
export function formatQueueId(id: string | null): string {
  return id === null ? "to be created" : id || "only known to the program";
}

/** Formats a minimum duration. */
export function formatMinDuration(seconds: number): string {
  return seconds < 1 ? "less than a second" : `at least ${formatDuration(seconds)}`;
}

/** Formats an estimated amount in US$, rounded up to cents. */
export function formatUsd(amount: number): string {
  if (amount === 0) return "US$ 0";
  if (amount < 0.01) return "less than US$ 0.01";
  return `US$ ${(Math.ceil(amount * 100) / 100).toFixed(2)}`;
}

/** Formats the time that something took, with a tenth of a second below ten. */
export function formatElapsed(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms / 1_000);
}

/**
 * Formats a moment relative to now in one unit, rounded down, such as `5 min ago`.
 *
 * @param at milliseconds since the Unix epoch, or ISO 8601
 * @param now milliseconds since the Unix epoch
 */
export function formatAgo(at: number | string, now: number): string {
  const seconds = Math.floor((now - new Date(at).getTime()) / 1_000);
  if (seconds < 10) return "just now";
  const [unit, size] = ageUnits.find(([, size]) => seconds >= 2 * size) ?? ageUnits[4];
  return `${formatNumber(Math.floor(seconds / size))} ${unit} ago`;
}

const ageUnits = [
  ["years", 365 * 86_400],
  ["days", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** Formats a queue's metrics, which the API reports on a best-effort basis. @param now milliseconds since the Unix epoch */
export function formatMetrics(
  { backlog_count, backlog_bytes, oldest_message_timestamp_ms: oldest }: QueueMetrics,
  now: number,
): string {
  const since = oldest === 0 ? "" : `, the oldest from ${formatAgo(oldest, now)}`;
  return `${formatCount(backlog_count, "message")} in the queue (${formatCount(backlog_bytes, "byte")}${since})`;
}
