import { formatCount, formatDuration, formatNumber } from "../../format.ts";
import type { RepairAction, RunEvent, RunEventOfKind } from "./events.ts";

/** A line that Pulumi displays for the resource. */
export interface Description {
  readonly severity: "info" | "warning" | "error";
  readonly text: string;
}

const repaired = {
  baseline: "marked as pushed",
  forget: "removed from the ledger",
  settle_pushed: "in doubt marked as pushed",
  settle_resend: "in doubt to be sent again",
} as const satisfies Record<RepairAction, string>;

/** Describes an event in words, or returns undefined if Pulumi already displays it. The words are never parsed. */
export function describeEvent(event: RunEvent): Description | undefined {
  switch (event.kind) {
    case "planned":
      return info(describePlanned(event));
    case "progress": {
      const { pushed, total, perSecond, secondsLeft } = event;
      const rate = formatNumber(Math.round(perSecond));
      return info(
        `${formatNumber(pushed)} of ${formatCount(total, "message")} pushed, ${rate} a second, ${formatDuration(secondsLeft)} left`,
      );
    }
    case "waiting":
      return info(`waiting for at most ${formatDuration(event.secondsLeft)}, until ${event.until}: ${event.reason}`);
    case "resumed":
      return info(`resumed after a wait of ${formatDuration(event.seconds)}`);
    case "other_run":
      return info(`waiting for process ${event.pid}, which is still pushing these messages`);
    case "recovered":
      return info(
        `the journal of an interrupted run shows that ${formatCount(event.arrived, "message")} arrived, and ${formatNumber(event.inDoubt)} may have arrived`,
      );
    case "ledger_asked": {
      const { arrived, absent, inDoubt } = event;
      return info(
        `according to the Worker's ledger, ${formatNumber(arrived)} of the messages in doubt arrived and ${formatNumber(absent)} did not` +
          (inDoubt > 0 ? `; ${formatNumber(inDoubt)} stay in doubt` : ""),
      );
    }
    case "recognized":
      return info(
        `${formatCount(event.messages, "message")} not sent again, because the Worker's ledger has them: an earlier run pushed them. ` +
          "To push them once more, run `queue-seeder forget` first",
      );
    case "possible_duplicates": {
      const more = event.more > 0 ? ` and ${formatNumber(event.more)} more` : "";
      const names = `${event.names.join(", ")}${more}`;
      return warning(
        `${formatCount(event.messages, "message")} may have arrived twice, since an answer was lost: ${names}`,
      );
    }
    case "queue_paused":
      return warning(
        `delivery of ${event.queue} is paused: messages are accepted but not delivered until it is resumed ` +
          "(`wrangler queues resume-delivery`). A manifest with `requires: { not_paused: true }` waits for that",
      );
    case "queue_gone":
      return warning(
        `the queue ${event.queue} (${event.queueId}) is gone, so it has no metrics; the ledger is kept. ` +
          "Configure another queue for the stack, and the messages are pushed to that one",
      );
    case "repaired":
      return info(`${formatCount(event.messages, "message")} ${repaired[event.action]}; nothing was pushed`);
    case "removed":
      return info(
        `ledger removed; ${formatCount(event.pushed, "message")} already pushed to ${event.queue} cannot be recalled`,
      );
    case "warned":
      return warning(event.message);
    case "refused":
    case "outcome":
      return undefined;
  }
}

function describePlanned(event: RunEventOfKind<"planned">): string {
  const { queue, toPush, pushedBefore, held, mayRepeat, forgotten, unresolved, countUnknown } = event;
  const repeated = mayRepeat > 0 ? ` (${formatNumber(mayRepeat)} of them in doubt, which may arrive twice)` : "";
  const parts = [`${formatCount(toPush, "message")} to push to ${queue}${repeated}`];
  if (pushedBefore > 0) parts.push(`${formatNumber(pushedBefore)} pushed before`);
  if (held > 0) parts.push(`${formatNumber(held)} in doubt, not sent again`);
  if (countUnknown) parts.push("plus messages that are only known during the run");
  else if (unresolved > 0)
    parts.push(`${formatNumber(unresolved)} more with values that are only known during the run`);
  if (forgotten > 0)
    parts.push(
      `${formatNumber(forgotten)} removed from the manifest: dropped from the ledger, but not recalled from the queue`,
    );
  return parts.join(", ");
}

function info(text: string): Description {
  return { severity: "info", text };
}

function warning(text: string): Description {
  return { severity: "warning", text };
}
