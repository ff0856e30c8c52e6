import { isAsExpected } from "../../../rehearse/summary.ts";
import type { MessageReport, QueueReport, Rehearsal } from "../../../rehearse/types.ts";

/** Incremented when an existing key changes its meaning; docs/schemas/rehearse.schema.json describes the format. */
const version = 1;

export function rehearsalJson(rehearsal: Rehearsal): object {
  const { ended, queues, withoutConsumer } = rehearsal;
  return {
    version,
    kind: "rehearsal",
    ended,
    acknowledged: isAsExpected(rehearsal),
    queues: queues.map(queueJson),
    withoutConsumer,
  };
}

function queueJson({ queue, consumer, config, settings, notes, messages, batches }: QueueReport): object {
  return {
    queue,
    consumer,
    config: config ?? null,
    settings: settings === undefined ? null : { ...settings, deadLetterQueue: settings.deadLetterQueue ?? null },
    notes,
    messages: messages.map(messageJson),
    batches: batches.map(({ exception, ...trace }) => ({ ...trace, exception: exception ?? null })),
  };
}

function messageJson({ deliveries, isolated, ...message }: MessageReport): object {
  return {
    ...message,
    deliveries: deliveries.map((each) =>
      each.result === "acknowledged" ? each : { ...each, delaySeconds: each.delaySeconds ?? null },
    ),
    isolated: isolated === undefined ? null : { ...isolated, exception: isolated.exception ?? null },
  };
}
