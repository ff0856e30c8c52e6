import { groupTraces, isExpectedOutcome } from "../../../rehearse/summary.ts";
import type { MessageReport, QueueReport, Rehearsal } from "../../../rehearse/types.ts";
import { printableRehearsal } from "./printable.ts";
import { deliveriesText, isolatedText, outcomeText, traceText } from "./words.ts";

/** Formats a JUnit report with one suite per queue and one case per message. GitLab and others show it with the tests. */
export function rehearsalJunit(rehearsal: Rehearsal): string {
  const { queues } = printableRehearsal(rehearsal);
  const suites = queues.map(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="queue-seeder rehearse">\n${suites.join("")}</testsuites>\n`;
}

function suite(queue: QueueReport): string {
  const { queue: name, messages } = queue;
  const failures = messages.filter(({ outcome }) => !isExpectedOutcome(outcome)).length;
  const cases = messages.map((message) => testCase(message, queue));
  return `  <testsuite name="${xml(name)}" tests="${messages.length}" failures="${failures}" errors="0" skipped="0">\n${cases.join("")}  </testsuite>\n`;
}

function testCase(message: MessageReport, queue: QueueReport): string {
  const { manifest, label, location, outcome } = message;
  const head = `    <testcase name="${xml(label)}" classname="${xml(manifest)}" file="${xml(location.file)}" line="${location.line}" time="0"`;
  const output = outputText(message, queue);
  const failure = isExpectedOutcome(outcome)
    ? ""
    : `      <failure message="${xml(outcomeText(message, queue))}">${xml(failureText(message, queue))}</failure>\n`;
  const printed = output === "" ? "" : `      <system-out>${xml(output)}</system-out>\n`;
  return failure + printed === "" ? `${head}/>\n` : `${head}>\n${failure}${printed}    </testcase>\n`;
}

function failureText(message: MessageReport, queue: QueueReport): string {
  const { file, line, column } = message.location;
  const ends = groupTraces(message, queue)
    .filter(({ trace }) => trace.outcome !== "ok")
    .map((group) => `${traceText(group)}\n${group.trace.exception?.stack ?? ""}`.trimEnd());
  const isolated = message.isolated === undefined ? [] : [isolatedText(message.isolated)];
  return [`${file}:${line}:${column}`, deliveriesText(message), ...ends, ...isolated].join("\n");
}

function outputText(message: MessageReport, queue: QueueReport): string {
  const isolated = message.isolated?.console.map(({ level, text }) => `alone, ${level}: ${text}`) ?? [];
  const batches = groupTraces(message, queue).flatMap(({ trace }) =>
    trace.console.map(({ level, text }) => `batch ${trace.number}, ${level}: ${text}`),
  );
  return [...batches, ...isolated].join("\n");
}

/** Escapes text for XML. It must be printable: such text has no characters that are invalid in XML. */
function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (found) => entities[found] ?? found);
}
