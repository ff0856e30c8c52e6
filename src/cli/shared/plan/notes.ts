import { formatCount, formatNumber } from "../../../format.ts";
import { formatLabelList } from "../../../labels.ts";
import { toPrintableData } from "../../../printable.ts";
import type { InDoubtPolicy } from "../../../types.ts";
import type { EditedPlanMessage, ManifestPlan } from "./model.ts";

/** What happens to messages in doubt under each policy. */
const inDoubtNotes = {
  resend: "sent again, and may arrive twice",
  stop: "not sent again, because of in_doubt: stop; the run will end as failed",
} as const satisfies Record<InDoubtPolicy, string>;

/** Formats further information about a manifest, as printable lines. */
export function formatNotes(manifest: ManifestPlan): string[] {
  const {
    pushedBefore,
    inDoubt,
    held,
    inDoubtMessages,
    inDoubtPolicy,
    journaled,
    takesOver,
    forgotten,
    edited,
    refusals,
    requires,
    dedupField,
  } = toPrintableData(manifest);
  const rest = takesOver && journaled.pushed + journaled.inDoubt === 0;
  return [
    ...edited.map(editedText),
    ...refusals,
    ...unresolvedNotes(manifest),
    ...(dedupField === null || manifest.push.messages === 0 ? [] : [`each body gets a stable id as ${dedupField}`]),
    ...(inDoubtPolicy === "stop" && manifest.push.messages > 0 ? ["at most once: in_doubt is stop"] : []),
    ...(pushedBefore > 0 ? [`${formatNumber(pushedBefore)} pushed before`] : []),
    ...(journaled.pushed > 0
      ? [
          `${formatNumber(journaled.pushed)} of them pushed by a run that was killed, according to its local journal; they will not be pushed again`,
        ]
      : []),
    ...(journaled.inDoubt > 0
      ? [
          `${formatNumber(journaled.inDoubt)} of them sent by a run that was killed, without an answer: ${inDoubtNotes[inDoubtPolicy]}`,
        ]
      : []),
    ...(rest ? ["the rest of a local journal of an earlier run is merged into the ledger"] : []),
    ...(inDoubt > 0 ? [`${formatNumber(inDoubt)} of them in doubt: ${inDoubtNotes.resend}`] : []),
    ...(held > 0 ? [`${formatNumber(held)} in doubt: ${inDoubtNotes.stop}`] : []),
    ...(inDoubtMessages.length > 0 ? [`in doubt: ${formatLabelList(inDoubtMessages)}`] : []),
    ...(forgotten > 0
      ? [
          `${formatNumber(forgotten)} removed from the manifest: dropped from the ledger, but not recalled from the queue`,
        ]
      : []),
    ...(requires.length > 0 ? [`requires ${requires.join(", ")}`] : []),
  ];
}

function unresolvedNotes({ unresolved }: ManifestPlan): string[] {
  if (unresolved === null) return [];
  if (unresolved.countUnknown) return ["messages that are only known during the run, and so is their number"];
  return [`${formatCount(unresolved.messages, "message")} more with values that are only known during the run`];
}

function editedText({ location: { file, line, column }, id, messages, pushed, present }: EditedPlanMessage): string {
  const what =
    id === undefined
      ? `at least one of ${formatCount(messages, "consecutive row")} was edited`
      : `the message "${id}" was edited`;
  return `${file}:${line}:${column} ${what} after the push (pushed ${pushed}, now ${present}): up will refuse`;
}
