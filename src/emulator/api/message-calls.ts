import type { IncomingMessage } from "../broker/types.ts";
import { watchChanges } from "../broker/watch-changes.ts";
import type { QueueCall } from "./call.ts";
import type { Outcome } from "./envelope.ts";
import { parseObject } from "./json.ts";
import { readBatch, readMessage } from "./push-body.ts";
import { metricsView } from "./views.ts";

export function pushMessage(call: QueueCall): Outcome {
  return push(call, [readMessage(parseObject(call.request.body), call.variants.maxDelaySeconds)]);
}

export function pushBatch(call: QueueCall): Outcome {
  return push(call, readBatch(call.request.body, call.variants.maxDelaySeconds));
}

/** Returns the current metrics, or with `Accept: text/event-stream` a stream of their changes. */
export function readMetrics({ broker, queue, request }: QueueCall): Outcome {
  const read = () => metricsView(broker.metrics(queue));
  if (!request.headers.accept?.includes("text/event-stream")) return { result: read() };
  return { events: (signal) => distinct(read, watchChanges(broker, signal)) };
}

async function* distinct(read: () => unknown, changed: AsyncIterable<void>): AsyncGenerator<unknown> {
  let last = read();
  yield last;
  for await (const _ of changed) {
    const next = read();
    if (JSON.stringify(next) === JSON.stringify(last)) continue;
    last = next;
    yield next;
  }
}

function push({ broker, queue, variants }: QueueCall, messages: readonly IncomingMessage[]): Outcome {
  const metrics = broker.push(queue, messages);
  const accepted = messages.length;
  switch (variants.pushResult) {
    case "metrics":
      return { accepted, result: { metadata: { metrics: metricsView(metrics) } } };
    case "null":
      return { accepted, result: null };
    case "success-only":
      return { accepted, bare: true };
  }
}
