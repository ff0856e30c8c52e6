import { formatCount, formatNumber } from "../../../format.ts";
import type { TraceGroup } from "../../../rehearse/summary.ts";
import type {
  Delivery,
  HandlerOutcome,
  HandlerTrace,
  IsolatedTrace,
  MessageOutcome,
  MessageReport,
  QueueReport,
} from "../../../rehearse/types.ts";

export const outcomeWords = {
  acknowledged: "acknowledged",
  dead_lettered: "dead-lettered",
  deleted: "deleted after its last retry",
  expired: "expired in the queue",
  handed_over: "handed over",
  unfinished: "not finished",
} as const satisfies Record<MessageOutcome, string>;

const handlerWords = {
  ok: "the handler returned",
  exception: "the handler threw",
  aborted: "the runtime ended the handler: it exited, or waited for something that never happens",
  timed_out: "the handler did not end in time",
  crashed: "the runtime crashed",
} as const satisfies Record<HandlerOutcome, string>;

/** Formats the outcome of a message; for a dead letter with its queue. */
export function outcomeText({ outcome }: MessageReport, { settings }: QueueReport): string {
  const words = outcomeWords[outcome];
  return outcome === "dead_lettered" ? `${words} to ${settings?.deadLetterQueue ?? "?"}` : words;
}

/** Describes how a call of the handler ended. */
export function handlerText({ outcome, exception }: HandlerTrace): string {
  if (exception === undefined) return handlerWords[outcome];
  return `${exception.name}: ${exception.message}`;
}

/** Formats a message's deliveries in one line, merging equal ones: `the handler failed, again after 0 s (3 times)`. */
export function deliveriesText({ deliveries }: MessageReport): string {
  const groups: { text: string; times: number }[] = [];
  for (const each of deliveries) {
    const text = deliveryText(each);
    const last = groups.at(-1);
    if (last?.text === text) last.times += 1;
    else groups.push({ text, times: 1 });
  }
  return groups.map(({ text, times }) => (times === 1 ? text : `${text} (${times} times)`)).join(", ");
}

const causes = {
  message: "the message was retried",
  batch: "the batch was retried",
  failure: "the handler failed",
} as const;

function deliveryText(delivery: Delivery): string {
  if (delivery.result === "acknowledged") return "acknowledged";
  const { cause, delaySeconds } = delivery;
  return delaySeconds === undefined
    ? `${causes[cause]}, no retry left`
    : `${causes[cause]}, again after ${delaySeconds} s`;
}

/** Describes a batch that contained the message, and how its handler ended if it failed. */
export function traceText({ trace, times }: TraceGroup): string {
  const { size, outcome } = trace;
  const which = size === 1 ? "alone in a batch" : `in a batch of ${formatCount(size, "message")}`;
  const again = times === 1 ? "" : `, ${formatNumber(times)} times`;
  return `${which}${again}${outcome === "ok" ? "" : `: ${handlerText(trace)}`}`;
}

export function isolatedText(trace: IsolatedTrace): string {
  if (trace.outcome !== "ok") return `delivered alone afterwards, it fails too: ${handlerText(trace)}`;
  return trace.result === "acknowledged"
    ? "delivered alone afterwards, it is acknowledged: another message of its batch failed"
    : "delivered alone afterwards, it is retried";
}

export function settingsText({ settings }: QueueReport): string {
  if (settings === undefined) return "";
  const { maxBatchSize, maxBatchTimeout, maxRetries, retryDelay, deadLetterQueue } = settings;
  const deadLetters = deadLetterQueue === undefined ? "no dead letter queue" : `dead letter queue ${deadLetterQueue}`;
  return `max_batch_size ${maxBatchSize}, max_batch_timeout ${maxBatchTimeout}, max_retries ${maxRetries}, retry_delay ${retryDelay}, ${deadLetters}`;
}
