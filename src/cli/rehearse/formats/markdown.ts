import { formatCount, formatNumber, truncate } from "../../../format.ts";
import { groupTraces, isExpectedOutcome } from "../../../rehearse/summary.ts";
import type { HandlerTrace, MessageReport, QueueReport, Rehearsal } from "../../../rehearse/types.ts";
import { escapeCell, escapeHtml, fenceCode, fitInto, formatCode } from "../../shared/markdown.ts";
import { printableRehearsal } from "./printable.ts";
import { outcomesText } from "./text.ts";
import { deliveriesText, isolatedText, outcomeText, traceText } from "./words.ts";

/** Maximum number of characters of the section, which shares a comment with the plan. */
const sectionLimit = 12_000;

/** Characters reserved for the note on omitted messages and for the end of the section. */
const noteReserve = 150;
/** Maximum number of characters of the line that replaces the section if there is no room for it. */
const summaryCharacters = 200;

/** Formats a collapsed section for the comment with the plan. Messages that do not fit are omitted one by one. */
export function rehearsalMarkdown(rehearsal: Rehearsal, limit = sectionLimit): string {
  const { queues, withoutConsumer, ended } = printableRehearsal(rehearsal);
  const rows = queues.map(
    (queue) =>
      `| ${verdict(queue)} | ${escapeCell(queue.queue)} | ${escapeCell(queue.consumer)} | ${formatNumber(queue.messages.length)} | ${outcomesText(queue.messages)} |\n`,
  );
  const table =
    rows.length === 0 ? "" : `| | Queue | Consumer | Messages | Outcome |\n|---|---|---|--:|---|\n${rows.join("")}`;
  const notes = [
    ...queues.flatMap(({ queue, notes }) => notes.map((note) => `- ${formatCode(queue)}: ${formatCode(note)}\n`)),
    ...withoutConsumer.map(
      ({ queue, messages }) =>
        `- ${formatCode(queue)}: ${formatCount(messages, "message")}, and no consumer was named\n`,
    ),
    ...(ended === "finished"
      ? []
      : [`- ⚠️ **Not finished**: ${ended === "timed_out" ? "the time limit was reached" : "it was interrupted"}\n`]),
  ];
  const summary = rows.length === 0 ? "nothing to rehearse" : queues.map(summaryText).join("; ");
  const head = `\n<details><summary><b>The consumer</b>: ${summary}</summary>\n\n${table}${notes.length === 0 ? "" : `\n${notes.join("")}`}`;
  if (head.length + noteReserve > limit) return `\n**The consumer**: ${truncate(summary, summaryCharacters)}\n`;
  const details = queues.flatMap((queue) =>
    queue.messages.filter(({ outcome }) => !isExpectedOutcome(outcome)).map((message) => detail(message, queue)),
  );
  const shown = fitInto(details, Math.min(limit, sectionLimit) - head.length - noteReserve);
  const more = details.length - shown.length;
  const rest =
    more === 0
      ? ""
      : `\n_${formatCount(more, "message")} more did not fit. Run \`queue-seeder rehearse\` to see all._\n`;
  return `${head}${shown.join("")}${rest}\n</details>\n`;
}

function summaryText(queue: QueueReport): string {
  return `${verdict(queue)} ${escapeHtml(queue.queue)}, ${outcomesText(queue.messages)}`;
}

function verdict({ messages }: QueueReport): string {
  return messages.every(({ outcome }) => isExpectedOutcome(outcome)) ? "✅" : "❌";
}

function detail(message: MessageReport, queue: QueueReport): string {
  const { label, location } = message;
  const { file, line, column } = location;
  const title = `${formatCode(`${file}:${line}:${column}`)} ${formatCode(label)}: **${escapeHtml(outcomeText(message, queue))}**`;
  const lines = [
    deliveriesText(message),
    ...groupTraces(message, queue).flatMap((group) => [traceText(group), ...consoleLines(group.trace)]),
    ...(message.isolated === undefined ? [] : [isolatedText(message.isolated), ...consoleLines(message.isolated)]),
  ];
  return `\n${title}\n\n${fenceCode(lines.join("\n"))}\n`;
}

function consoleLines({ console }: HandlerTrace): string[] {
  return console.map(({ level, text }) => `  ${level} | ${text}`);
}
