import { formatCount, formatNumber } from "../../../format.ts";
import { countOutcomes, groupTraces, isExpectedOutcome } from "../../../rehearse/summary.ts";
import type { HandlerTrace, MessageReport, QueueReport, Rehearsal } from "../../../rehearse/types.ts";
import type { Paint } from "../../shared/paint.ts";
import { printableRehearsal } from "./printable.ts";
import { deliveriesText, isolatedText, outcomeText, outcomeWords, settingsText, traceText } from "./words.ts";

/** Maximum number of stack trace lines shown; the first ones are in the consumer's own code. */
const stackLines = 5;

/** Formats the report for a terminal or a log. */
export function rehearsalText(given: Rehearsal, paint: Paint): string {
  const rehearsal = printableRehearsal(given);
  const lines = [
    ...rehearsal.queues.flatMap((queue) => queueLines(queue, paint)),
    ...rehearsal.withoutConsumer.map(
      ({ queue, messages }) =>
        `${paint("yellow", "?")} ${paint("bold", queue)}: ${formatCount(messages, "message")} and no consumer was named`,
    ),
    ...(rehearsal.queues.length + rehearsal.withoutConsumer.length === 0 ? ["There is nothing to rehearse."] : []),
    ...endLines(rehearsal),
  ];
  return `${lines.join("\n")}\n`;
}

function endLines({ ended }: Rehearsal): string[] {
  if (ended === "timed_out") return ["The time limit was reached. Raise it with --timeout."];
  return ended === "interrupted" ? ["It was interrupted."] : [];
}

function queueLines(queue: QueueReport, paint: Paint): string[] {
  const { queue: name, consumer, config, notes, messages } = queue;
  const bad = messages.filter(({ outcome }) => !isExpectedOutcome(outcome));
  const mark = bad.length === 0 ? paint("green", "✓") : paint("red", "✗");
  const printed = messages.filter(
    (message) => isExpectedOutcome(message.outcome) && groupTraces(message, queue).length > 0,
  );
  return [
    `${mark} ${paint("bold", name)} → ${consumer}: ${formatCount(messages.length, "message")}, ${outcomesText(messages)}`,
    ...(queue.settings === undefined
      ? []
      : [`    ${paint("dim", `${settingsText(queue)}${config === undefined ? "" : ` (${config})`}`)}`]),
    ...notes.map((note) => `    ${paint("yellow", note)}`),
    ...bad.flatMap((message) => messageLines(message, queue, paint)),
    ...printed.flatMap((message) => messageLines(message, queue, paint)),
    "",
  ];
}

export function outcomesText(messages: readonly MessageReport[]): string {
  return [...countOutcomes(messages)].map(([outcome, n]) => `${formatNumber(n)} ${outcomeWords[outcome]}`).join(", ");
}

function messageLines(message: MessageReport, queue: QueueReport, paint: Paint): string[] {
  const { label, location } = message;
  const { file, line, column } = location;
  const mark = isExpectedOutcome(message.outcome) ? paint("green", "✓") : paint("red", "✗");
  return [
    `  ${mark} ${paint("bold", `${file}:${line}:${column}`)} ${label}: ${outcomeText(message, queue)}`,
    `      ${deliveriesText(message)}`,
    ...groupTraces(message, queue).flatMap((group) => traceLines(traceText(group), group.trace, paint)),
    ...(message.isolated === undefined ? [] : traceLines(isolatedText(message.isolated), message.isolated, paint)),
  ];
}

function traceLines(title: string, trace: HandlerTrace, paint: Paint): string[] {
  const { outcome, exception, console, omittedLines } = trace;
  const stack = exception?.stack.split("\n").filter((line) => line !== "") ?? [];
  const indented = (text: string, prefix = "") => text.split("\n").map((line) => `        ${prefix}${line}`);
  return [
    ...title.split("\n").map((line, at) => `      ${at === 0 && outcome !== "ok" ? paint("red", line) : line}`),
    ...stack.slice(0, stackLines).flatMap((line) => indented(paint("dim", line.trim()))),
    ...console.flatMap(({ level, text }) => indented(text, `${paint("dim", `${level} │`)} `)),
    ...(omittedLines === 0 ? [] : [`        … and ${formatCount(omittedLines, "line")} more`]),
  ];
}
