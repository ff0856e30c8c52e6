import { groupTraces, isExpectedOutcome } from "../../../rehearse/summary.ts";
import type { MessageReport, QueueReport, Rehearsal } from "../../../rehearse/types.ts";
import { annotation } from "../../shared/annotations.ts";
import { locateInCheckout } from "../../shared/ci-checkout.ts";
import { printableRehearsal } from "./printable.ts";
import { outcomesText } from "./text.ts";
import { deliveriesText, handlerText, isolatedText, outcomeText } from "./words.ts";

/** GitHub shows at most ten error annotations per step. The job summary has the rest. */
const maxAnnotations = 10;

/**
 * Formats annotations for GitHub Actions: one at each message that was not acknowledged, and one per queue.
 *
 * @param folder prefix of each path; see `folderInCheckout`
 */
export function rehearsalAnnotations(rehearsal: Rehearsal, folder = ""): string {
  const { queues, withoutConsumer, ended } = printableRehearsal(rehearsal);
  const bad = queues.flatMap((queue) =>
    queue.messages.filter(({ outcome }) => !isExpectedOutcome(outcome)).map((message) => [queue, message] as const),
  );
  const errors = bad
    .slice(0, maxAnnotations)
    .map(([queue, message]) =>
      annotation("error", "NOT_ACKNOWLEDGED", textOf(message, queue), locateInCheckout(folder, message.location)),
    );
  const whole = queues.map(({ queue, consumer, messages }) =>
    annotation("notice", `Rehearsal of ${queue}`, `${consumer}: ${outcomesText(messages)}`),
  );
  const unknown = withoutConsumer.map(({ queue, messages }) =>
    annotation("warning", `Rehearsal of ${queue}`, `${messages} messages, and no consumer was named`),
  );
  const end =
    ended === "timed_out"
      ? [annotation("error", "Rehearsal", "the time limit was reached before all messages had an outcome")]
      : [];
  return [...errors, ...whole, ...unknown, ...end].join("");
}

function textOf(message: MessageReport, queue: QueueReport): string {
  const { label, isolated } = message;
  const failed = groupTraces(message, queue).filter(({ trace }) => trace.outcome !== "ok");
  const ends = new Set(failed.map(({ trace }) => handlerText(trace)));
  return [
    `${label}: ${outcomeText(message, queue)}`,
    deliveriesText(message),
    ...ends,
    ...(isolated === undefined ? [] : [isolatedText(isolated)]),
  ].join("\n");
}
