import { formatCount, formatNumber } from "../../format.ts";
import { formatLabelList, limitLabels } from "../../labels.ts";
import type { Decision } from "../../plan/index.ts";
import type { PushReport } from "../../push/index.ts";
import type { RunEventOfKind } from "../protocol/events.ts";
import type { SegmentRun } from "../segment-run.ts";
import type { Session } from "../session.ts";
import { parseInlineMessages } from "../source/inline-messages.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import type { MessageOutcomes } from "../state/tally.ts";
import { selectHeld } from "./select-sendable.ts";

/** Returns the event that the preview shows: what the run will do for a segment. */
export function toPlannedEvent(
  inputs: Pick<SegmentInputs, "queue" | "inDoubtPolicy" | "inlineMessages">,
  { pending, alreadyPushed, removed, inDoubt }: Decision,
): RunEventOfKind<"planned"> {
  const held = selectHeld(inputs, inDoubt).length;
  const { unknown, countUnknown } =
    inputs.inlineMessages === undefined
      ? { unknown: 0, countUnknown: false }
      : parseInlineMessages(inputs.inlineMessages);
  return {
    kind: "planned",
    queue: inputs.queue,
    toPush: pending.length - held,
    pushedBefore: alreadyPushed.length,
    held,
    mayRepeat: held > 0 ? 0 : inDoubt.length,
    // A message that seems to be removed may be one of those that are not known yet.
    forgotten: countUnknown || unknown > 0 ? 0 : removed.length,
    unresolved: unknown,
    countUnknown,
  };
}

/** Describes why a run ended before everything was pushed, accounts for every message, and names the next step. */
export function describeIncompletePush(
  inputs: SegmentInputs,
  outcomes: MessageOutcomes,
  report: PushReport | undefined,
): string {
  const { pushed, inDoubtLabels: inDoubt } = outcomes;
  const notSent = inputs.messages - pushed.length - inDoubt.length;
  const lines = [
    `${inputs.manifest}: ${formatNumber(pushed.length)} of ${formatCount(inputs.messages, "message")} pushed to ${inputs.queue}, ` +
      `${formatNumber(inDoubt.length)} in doubt, ${formatNumber(notSent)} not sent.`,
  ];
  const failure = report?.failure;
  if (failure !== undefined) {
    const page = failure.documentationUrl === undefined ? "" : ` See ${failure.documentationUrl}`;
    lines.push(`${failure.message}. ${failure.remedy}${page}`);
  }
  if (report?.stopped) lines.push("The run was cancelled.");
  if (inDoubt.length > 0) {
    lines.push(`Sent, but never confirmed, so each may or may not be in the queue: ${formatLabelList(inDoubt)}.`);
    if (inputs.inDoubtPolicy === "stop") {
      lines.push(
        "They are not sent again, because of `in_doubt: stop`. Check the queue, then record the outcome of each message: " +
          `\`queue-seeder settle ${inputs.manifest} --pushed\` or \`--resend\`.`,
      );
    }
  }
  lines.push("Progress is saved; the next `pulumi up` resumes from here.");
  return lines.join("\n");
}

/** Logs how many messages the journals of interrupted runs add to the ledger, if there are any. */
export async function logRecovered({ inputs, claim, ledger, session }: SegmentRun): Promise<void> {
  if (claim.recovered.length === 0) return;
  const { carriedOver, decision } = ledger;
  const recovered = { arrived: carriedOver.pushed.length, inDoubt: decision.inDoubt.length };
  await session.host.log({ kind: "recovered", ...recovered }, inputs.resourceUrn);
}

/** Logs a warning for messages that may have arrived twice. */
export async function warnAboutDuplicates(
  { resourceUrn }: SegmentInputs,
  { possibleDuplicates }: MessageOutcomes,
  { log }: Session["host"],
): Promise<void> {
  if (possibleDuplicates.length === 0) return;
  await log(
    { kind: "possible_duplicates", messages: possibleDuplicates.length, ...limitLabels(possibleDuplicates) },
    resourceUrn,
  );
}

/** Returns the outcome of a segment's push. `pushed` counts this run only, not earlier ones. */
export function outcomeOf(
  { messages }: Pick<SegmentInputs, "messages">,
  { pushed, inDoubt }: MessageOutcomes,
  before: Pick<SegmentOutputs, "lastPush"> | undefined,
  { lastPush }: Pick<SegmentOutputs, "lastPush">,
): RunEventOfKind<"outcome"> {
  return {
    kind: "outcome",
    pushed: lastPush === before?.lastPush ? 0 : lastPush.pushed,
    inDoubt: inDoubt.length,
    notSent: messages - pushed.length - inDoubt.length,
  };
}
