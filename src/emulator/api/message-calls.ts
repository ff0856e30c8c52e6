import type { Draft } from "../broker/types.ts";
import type { QueueCall } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { parseObject } from "./json.ts";
import { readBatch, readMessage } from "./push-body.ts";
import { metricsView } from "./views.ts";

export function pushMessage(call: QueueCall): Outcome {
  return push(call, [readMessage(parseObject(call.request.body), call.variants.maxDelaySeconds)]);
}

export function pushBatch(call: QueueCall): Outcome {
  return push(call, readBatch(parseObject(call.request.body), call.variants.maxDelaySeconds));
}

export function readMetrics({ broker, queue }: QueueCall): Outcome {
  return { result: metricsView(broker.metrics(queue)) };
}

function push({ broker, queue, variants }: QueueCall, drafts: readonly Draft[]): Outcome {
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
