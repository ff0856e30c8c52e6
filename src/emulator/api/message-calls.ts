import type { Queue } from "../broker/broker.ts";
import type { Draft, Metrics } from "../broker/types.ts";
import type { Call } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { type JsonObject, parseObject } from "./json.ts";
import { readBatch, readMessage } from "./push-body.ts";

export function pushMessage(call: Call<Queue>): Outcome {
  const draft = readMessage(parseObject(call.request.body), call.variants.maxDelaySeconds);
  return pushed(call, [draft]);
}

export function pushBatch(call: Call<Queue>): Outcome {
  const drafts = readBatch(parseObject(call.request.body), call.variants.maxDelaySeconds);
  return pushed(call, drafts);
}

export function readMetrics({ broker, queue }: Call<Queue>): Outcome {
  return { result: metricsView(broker.metrics(queue)) };
}

function pushed({ broker, queue, variants }: Call<Queue>, drafts: readonly Draft[]): Outcome {
  const metrics = broker.push(queue, drafts);
  const accepted = drafts.length;
  switch (variants.pushResult) {
    case "metrics":
      return { accepted, result: { metadata: { metrics: metricsView(metrics) } } };
    case "null":
      return { accepted, result: null };
    case "success-only":
      return { accepted, bare: true };
  }
}

function metricsView(metrics: Metrics): JsonObject {
  return {
    backlog_count: metrics.backlogCount,
    backlog_bytes: metrics.backlogBytes,
    oldest_message_timestamp_ms: metrics.oldestArrivedAt,
  };
}
