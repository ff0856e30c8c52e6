import type { QueueMetrics } from "../../types.ts";

/** A queue's metrics, and when the API returned them. */
export interface TimedMetrics {
  readonly metrics: QueueMetrics;
  /** ISO 8601. */
  readonly metricsAt: string;
}

/** Returns the latest of the metrics that segments recorded, undefined if none has any. */
export function latestMetrics(segments: Iterable<Partial<TimedMetrics>>): TimedMetrics | undefined {
  let latest: TimedMetrics | undefined;
  for (const { metrics, metricsAt } of segments) {
    if (metrics === undefined || metricsAt === undefined) continue;
    if (latest === undefined || metricsAt >= latest.metricsAt) latest = { metrics, metricsAt };
  }
  return latest;
}
