import type { BatchTrace, MessageOutcome, MessageReport, QueueReport, Rehearsal } from "./types.ts";

/** Whether an outcome is what a reviewer hopes for. What `wrangler dev` took is not known to have failed. */
export function isGood(outcome: MessageOutcome): boolean {
  return outcome === "acknowledged" || outcome === "handed_over";
}

/** Whether every message came to a good end. */
export function isAllGood({ queues, ended }: Rehearsal): boolean {
  return ended === "finished" && queues.every(({ messages }) => messages.every(({ outcome }) => isGood(outcome)));
}

/** Counts messages by their outcome. Outcomes that none has are left out. */
export function countOutcomes(messages: readonly MessageReport[]): ReadonlyMap<MessageOutcome, number> {
  const counts = new Map<MessageOutcome, number>();
  for (const { outcome } of messages) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return counts;
}

/** Batches of a message that ended alike and printed the same. */
export interface TraceGroup {
  readonly trace: BatchTrace;
  readonly times: number;
}

/**
 * The batches that a message was in and of which there is something to show, in their order, equal ones together. Of a message that
 * was delivered alone afterwards, what others printed beside it is left out: the trace of that delivery is its own.
 */
export function groupTraces(message: MessageReport, { batches }: QueueReport): readonly TraceGroup[] {
  const numbers = new Set(message.deliveries.map(({ batch }) => batch));
  const groups = new Map<string, { trace: BatchTrace; times: number }>();
  for (const each of batches) {
    if (!numbers.has(each.number)) continue;
    const trace = message.alone === undefined || each.size === 1 ? each : { ...each, console: [], omittedLines: 0 };
    if (trace.outcome === "ok" && trace.console.length === 0) continue;
    const { number: _, ...content } = trace;
    const key = JSON.stringify(content);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { trace, times: 1 });
    else group.times += 1;
  }
  return [...groups.values()];
}
