import type { Decision } from "../plan/index.ts";
import type { PushReport } from "../push/index.ts";
import type { RunRecord } from "./record.ts";
import type { SegmentInputs } from "./segment.ts";

/** Labels that a line for people names one by one. */
const namedLabels = 20;

/** What a run will do for a segment, in a line for the preview. */
export function summarize({ queue, inDoubtPolicy }: SegmentInputs, decision: Decision): string {
  const { pending, kept, forgotten, inDoubt } = decision;
  const held = inDoubtPolicy === "stop" ? inDoubt.length : 0;
  const parts = [`${count(pending.length - held, "message")} to push to ${queue}`];
  if (kept.length > 0) parts.push(`${kept.length} pushed before`);
  if (held > 0) parts.push(`${held} in doubt, not sent again`);
  else if (inDoubt.length > 0) parts.push(`${inDoubt.length} of them in doubt, may arrive twice`);
  if (forgotten.length > 0) parts.push(`${forgotten.length} removed from the manifest, forgotten but not called back`);
  return parts.join(", ");
}

/** Why a run ended before everything was pushed, with every message accounted for, and what to do. */
export function reasonOf(inputs: SegmentInputs, record: RunRecord, report: PushReport | undefined): string {
  const { inDoubt, pushed } = record;
  const notSent = inputs.messages - pushed - inDoubt.length;
  const lines = [
    `${inputs.manifest}: ${pushed} of ${count(inputs.messages, "message")} are pushed to ${inputs.queue}, ` +
      `${inDoubt.length} in doubt, ${notSent} not sent.`,
  ];
  const failure = report?.failure;
  if (failure !== undefined) {
    const page = failure.documentationUrl === undefined ? "" : ` See ${failure.documentationUrl}`;
    lines.push(`${failure.message}. ${failure.remedy}${page}`);
  }
  if (report?.stopped) lines.push("The run was cancelled.");
  if (inDoubt.length > 0) {
    lines.push(`Sent, but never confirmed, so each may be in the queue or not: ${names(inDoubt)}.`);
    if (inputs.inDoubtPolicy === "stop") {
      lines.push(
        "They are not sent again, as `in_doubt: stop` asks. Look into the queue: remove from the manifest what arrived, " +
          "or set `in_doubt: resend` to send them again.",
      );
    }
  }
  lines.push("What was pushed is kept; the next `pulumi up` goes on from there.");
  return lines.join("\n");
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** The first labels, and how many there are beyond them. */
export function names(labels: readonly string[]): string {
  const more = labels.length - namedLabels;
  return labels.slice(0, namedLabels).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
