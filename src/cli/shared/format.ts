import { formatCount, formatDuration } from "../../format.ts";
import type { QueueMetrics } from "../../types.ts";

/** What stands behind a queue's name. @param id "" where only the program knows it; null: none yet */
export function formatQueueId(id: string | null): string {
  return id === null ? "to be created" : id || "known to the program alone";
}

/** How long something takes at the least. */
export function formatMinDuration(seconds: number): string {
  return seconds < 1 ? "within a second" : `at least ${formatDuration(seconds)}`;
}

/** To two figures, since it is an estimate, and never less than it is. */
export function formatUsd(amount: number): string {
  if (amount === 0) return "US$ 0";
  if (amount < 0.01) return "less than US$ 0.01";
  return `US$ ${(Math.ceil(amount * 100) / 100).toFixed(2)}`;
}

/** Best effort, as the API says it. */
export function formatMetrics({
  backlog_count,
  backlog_bytes,
  oldest_message_timestamp_ms: oldest,
}: QueueMetrics): string {
  const since = oldest === 0 ? "" : `, the oldest of ${new Date(oldest).toISOString()}`;
  return `${formatCount(backlog_count, "message")} in the queue (${formatCount(backlog_bytes, "byte")}${since})`;
}
