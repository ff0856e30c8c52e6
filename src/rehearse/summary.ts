import type { BatchTrace, MessageOutcome, MessageReport, QueueReport, Rehearsal } from "./types.ts";

/** Checks whether an outcome counts as success. Messages handed over to `wrangler dev` do, since no failure is known. */
export function isExpectedOutcome(outcome: MessageOutcome): boolean {
  return outcome === "acknowledged" || outcome === "handed_over";
}

/** Checks whether the rehearsal finished and every message succeeded. */
export function isAsExpected({ queues, ended }: Rehearsal): boolean {
  return (
    ended === "finished" && queues.every(({ messages }) => messages.every(({ outcome }) => isExpectedOutcome(outcome)))
  );
}

/** Counts messages by outcome. Outcomes without messages are omitted. */
export function countOutcomes(messages: readonly MessageReport[]): ReadonlyMap<MessageOutcome, number> {
  const counts = new Map<MessageOutcome, number>();
  for (const { outcome } of messages) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return counts;
}

/** Equal batches of a message: the same outcome and the same output. */
export interface TraceGroup {
  readonly trace: BatchTrace;
  readonly times: number;
}

/**
 * Returns the batches of a message that have something to show, in order, with equal ones grouped. If the message was delivered
 * alone afterwards, output of batches with other messages is omitted, since the trace of that delivery has the message's own.
 */
export function groupTraces(message: MessageReport, { batches }: QueueReport): readonly TraceGroup[] {
  const numbers = new Set(message.deliveries.map(({ batch }) => batch));
  const groups = new Map<string, { trace: BatchTrace; times: number }>();
  for (const each of batches) {
    if (!numbers.has(each.number)) continue;
    const trace = message.isolated === undefined || each.size === 1 ? each : { ...each, console: [], omittedLines: 0 };
    if (trace.outcome === "ok" && trace.console.length === 0) continue;
    const { number: _, ...content } = trace;
    const key = JSON.stringify(content);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { trace, times: 1 });
    else group.times += 1;
  }
  return [...groups.values()];
}
