import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import type { SegmentOutputs } from "../state/segment.ts";
import type { QueueReader } from "./queue-reader.ts";

/**
 * Reads the queue's metrics and leaves the ledger unchanged: pushed messages stay recorded, even if the queue no longer exists.
 *
 * @throws SeederError if the metrics cannot be read for another reason
 */
export async function refreshMetrics(
  outputs: SegmentOutputs,
  queueReader: Pick<QueueReader, "metrics">,
  host: ProviderHost,
): Promise<SegmentOutputs> {
  const answer = await queueReader.metrics(outputs);
  const { metrics: _before, metricsAt: _then, ...rest } = outputs;
  if (answer.kind === "ok") {
    return { ...rest, metrics: answer.value, metricsAt: new Date(host.clock.now()).toISOString() };
  }
  const { failure } = answer;
  if (failure.status === 404) {
    await host.log({ kind: "queue_gone", queue: outputs.queue, queueId: outputs.queueId }, outputs.resourceUrn);
    return rest;
  }
  throw new SeederError(
    "METRICS_UNREADABLE",
    `the metrics of ${outputs.queue} cannot be read: ${failure.message}. ${failure.remedy}`,
  );
}
