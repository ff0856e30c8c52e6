import { formatCount, formatDuration } from "../../format.ts";
import type { QueueMetrics } from "../../types.ts";

/** Formats a queue's id. @param id "" if only the program can determine it; null if the queue does not exist yet */
export function formatQueueId(id: string | null): string {
  return id === null ? "to be created" : id || "known to the program alone";
}

/** Formats a minimum duration. */
export function formatMinDuration(seconds: number): string {
  return seconds < 1 ? "within a second" : `at least ${formatDuration(seconds)}`;
}

/** Formats an estimated amount in US$, rounded up to cents. */
export function formatUsd(amount: number): string {
  if (amount === 0) return "US$ 0";
  if (amount < 0.01) return "less than US$ 0.01";
  return `US$ ${(Math.ceil(amount * 100) / 100).toFixed(2)}`;
}

/** Formats a queue's metrics, which the API reports on a best-effort basis. */
export function formatMetrics({
  backlog_count,
  backlog_bytes,
  oldest_message_timestamp_ms: oldest,
}: QueueMetrics): string {
  const since = oldest === 0 ? "" : `, the oldest of ${new Date(oldest).toISOString()}`;
  return `${formatCount(backlog_count, "message")} in the queue (${formatCount(backlog_bytes, "byte")}${since})`;
}
