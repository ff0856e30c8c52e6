import { formatCount, formatNumber } from "../../format.ts";
import { formatLabelList } from "../../labels.ts";
import { toPrintableData } from "../../printable.ts";
import { exitCodes } from "../shared/exit-codes.ts";
import { formatAgo, formatElapsed } from "../shared/format.ts";
import type { ManifestOutcome, MessageCounts, Outcome, QueueOutcome } from "../shared/outcome.ts";
import type { Paint } from "../shared/paint.ts";

interface OutcomeStyle {
  readonly paint: Paint;
  /** Start of the deployment in milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Formats the result of a run: one line for each manifest with messages, and the total as the last line. */
export function formatOutcome(outcome: Outcome, { paint, startedAt, now }: OutcomeStyle): string[] {
  const { exit, manifests, queues, total } = toPrintableData(outcome);
  const elapsed = formatElapsed(now - startedAt);
  const lines = manifests.filter((each) => hasMessages(each)).flatMap(formatManifest);
  const backlogs = formatBacklogs(queues, startedAt, now);
  if (exit === exitCodes.ok) {
    const done = hasMessages(total) ? `${formatPushed(total, elapsed)}.` : "Nothing to push.";
    return [...lines, paint("green", ["✓", done, ...backlogs].join(" "))];
  }
  const details = formatCounts(total).slice(1).join(", ");
  const failed = `${formatPushed(total, elapsed)}${details === "" ? "" : `, ${details}`}.`;
  return [...lines, ...backlogs, paint("red", `✗ ${failed} ${remedyFor(exit)}`)];
}

function hasMessages({ pushed, inDoubt, notSent }: MessageCounts): boolean {
  return pushed + inDoubt + notSent > 0;
}

function formatPushed({ pushed, requests }: MessageCounts, elapsed: string): string {
  return `${formatCount(pushed, "message")} pushed in ${elapsed} (${formatCount(requests, "request")})`;
}

/** Returns what the user does after a run that failed. */
function remedyFor(exit: number): string {
  switch (exit) {
    case exitCodes.inDoubt:
      return "Find out whether the messages in doubt arrived, and record it with `queue-seeder settle`.";
    case exitCodes.differs:
      return "Review the new plan with `queue-seeder plan`, and deploy that one.";
    case exitCodes.failed:
      return "Correct what the errors above describe, and run the same command again: it pushes only the rest.";
    default:
      return "Run the same command again: it pushes only the rest.";
  }
}

/** Returns the backlogs of the queues in one sentence, those from before the run with their age. */
function formatBacklogs(queues: readonly QueueOutcome[], startedAt: number, now: number): readonly string[] {
  const known = queues.flatMap(({ name, metrics, metricsAt }) => {
    if (metrics === null || metricsAt === null) return [];
    const age = Date.parse(metricsAt) < startedAt ? ` (${formatAgo(metricsAt, now)})` : "";
    return [`${name} ${formatNumber(metrics.backlog_count)}${age}`];
  });
  if (known.length === 0) return [];
  return [`In the queue${known.length === 1 ? "" : "s"} now: ${known.join(", ")}.`];
}

/** Returns the counts that are not 0, with the number of pushed messages in any case. */
function formatCounts({ pushed, inDoubt, notSent }: MessageCounts): readonly string[] {
  return [
    `${formatNumber(pushed)} pushed`,
    ...(inDoubt === 0 ? [] : [`${formatNumber(inDoubt)} in doubt`]),
    ...(notSent === 0 ? [] : [`${formatNumber(notSent)} not sent`]),
  ];
}

function formatManifest(manifest: ManifestOutcome): string[] {
  const { name, queue, inDoubtMessages, possibleDuplicates } = manifest;
  return [
    `${name} → ${queue}: ${formatCounts(manifest).join(", ")}`,
    ...(inDoubtMessages.length === 0 ? [] : [`    in doubt: ${formatLabelList(inDoubtMessages)}`]),
    ...(possibleDuplicates.length === 0 ? [] : [`    may have arrived twice: ${formatLabelList(possibleDuplicates)}`]),
  ];
}
