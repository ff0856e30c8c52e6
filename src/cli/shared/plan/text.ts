import { formatCount, formatNumber } from "../../../format.ts";
import { prices, pricingFormula } from "../../../plan/cost.ts";
import { toPrintable, toPrintableData } from "../../../printable.ts";
import type { InDoubtPolicy } from "../../../types.ts";
import { formatMinDuration, formatQueueId, formatUsd } from "../format.ts";
import type { Paint } from "../paint.ts";
import { formatAddress } from "./address.ts";
import {
  describeVerdict,
  type EditedPlanMessage,
  type ManifestPlan,
  type Plan,
  type PlanBase,
  type PlanVerdict,
  type PushSize,
  type Sample,
} from "./model.ts";
import { isDeletion, type QueueChange } from "./queue-changes.ts";

const marks = {
  refused: ["!", "red"],
  push: ["+", "green"],
  held: ["?", "yellow"],
  forget: ["-", "yellow"],
  nothing: ["=", "dim"],
} as const satisfies Record<PlanVerdict, readonly [string, Parameters<Paint>[0]]>;

/** Formats the plan for a terminal or a log. */
export function planText(plan: Plan, paint: Paint): string {
  const { stack, project, base, address, manifests, removed, queues, queueChanges, total, digest } =
    toPrintableData(plan);
  return [
    `${paint("bold", `Plan for the stack ${stack} of ${project}`)}, ${formatBase(base)}.`,
    address.refusal === undefined ? `API: ${formatAddress(address)}` : `${paint("red", "!")} ${formatAddress(address)}`,
    ...programNotes(plan),
    "",
    ...manifests.flatMap((manifest) => manifestLines(manifest, paint)),
    ...removed.map(
      ({ name, queue, pushed }) =>
        `${paint("yellow", "-")} ${paint("bold", name)} → ${queue}: removed from the repository, ` +
        `${formatCount(pushed, "message")} dropped from the ledger, but not recalled from the queue`,
    ),
    ...queueChanges.map((change) => {
      const [mark, colour] = changeMarks[change.change];
      return `${paint(colour, mark)} ${queueChangeText(change)}`;
    }),
    "",
    ...queues.map(
      ({ name, id, push, seconds }) =>
        `${name} (${formatQueueId(id)}): ${formatSize(push)}${push.messages === 0 ? "" : `, ${formatMinDuration(seconds)}`}`,
    ),
    "",
    `${paint("bold", "Together")}: ${formatSize(total)}.`,
    ...(total.messages === 0
      ? []
      : [
          `${formatCount(total.operations, "operation")} to write, ${formatNumber(total.lifeOperations)} over their life, ${formatUsd(total.usd)}: ${pricingFormula} (prices of ${prices.asOf}).`,
          `It takes ${formatMinDuration(total.seconds)} under Cloudflare's limits.`,
        ]),
    `Digest: ${digest}`,
    "",
  ].join("\n");
}

/** Returns a note if the preview failed, so that the plan is incomplete. */
export function programNotes({ base, program }: Pick<Plan, "base" | "program">): string[] {
  if (program.kind === "previewed" || base.kind === "nothing" || program.why === null) return [];
  const [why = ""] = toPrintable(program.why).split("\n");
  return [
    `Based on the repository's files only, because Pulumi's preview failed: ${why}. Resources that only the program defines are missing.`,
  ];
}

const changeMarks = {
  create: ["+", "green"],
  import: ["+", "green"],
  update: ["~", "yellow"],
  replace: ["!", "red"],
  delete: ["-", "red"],
} as const satisfies Record<QueueChange["change"], readonly [string, Parameters<Paint>[0]]>;

const changeWords = {
  create: "is created",
  import: "is adopted",
  update: "gets other settings",
  replace: "is replaced by an empty one",
  delete: "is deleted",
} as const satisfies Record<QueueChange["change"], string>;

/** Describes a change to a queue and, for a deletion, to its messages. */
export function queueChangeText({ name, change, id, backlog }: QueueChange): string {
  const which = `queue ${toPrintable(name)}${id === null ? "" : ` (${id})`} ${changeWords[change]}`;
  if (!isDeletion({ change })) return which;
  if (backlog === null) return `${which}, with all that is in it`;
  return `${which}, with all that is in it: ${formatCount(backlog.metrics.backlog_count, "message")} at ${backlog.at}`;
}

export function formatBase(base: PlanBase): string {
  return base.kind === "ledger" ? "against the stack's ledger" : `from nothing, since ${toPrintable(base.why)}`;
}

export function formatSize({ messages, bytes, requests }: PushSize): string {
  if (messages === 0) return "nothing to push";
  return `${formatCount(messages, "message")} to push, ${formatCount(bytes, "byte")} in ${formatCount(requests, "request")}`;
}

function manifestLines(manifest: ManifestPlan, paint: Paint): string[] {
  const [mark, colour] = marks[describeVerdict(manifest)];
  const head = `${paint(colour, mark)} ${paint("bold", manifest.name)} → ${manifest.queue} (${manifest.mode}): ${formatSize(manifest.push)}`;
  const notes = formatNotes(manifest);
  const more = manifest.push.messages - manifest.sample.length;
  return [
    head,
    ...notes.map((note) => `    ${note}`),
    ...manifest.sample.map((sample) => `    ${paint("dim", "›")} ${sampleText(sample)}`),
    ...(manifest.sample.length > 0 && more > 0 ? [`    ${paint("dim", `… and ${formatNumber(more)} more`)}`] : []),
  ];
}

/** What happens to messages in doubt under each policy. */
const inDoubtNotes = {
  resend: "sent again, they may arrive twice",
  stop: "not sent again, as in_doubt: stop asks; the run will end as failed",
} as const satisfies Record<InDoubtPolicy, string>;

/** Formats further information about a manifest, as printable lines. */
export function formatNotes(manifest: ManifestPlan): string[] {
  const {
    pushedBefore,
    inDoubt,
    held,
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
    ...(rest ? ["what a journal here has of messages that are gone, or known, is written to the ledger"] : []),
    ...(inDoubt > 0 ? [`${formatNumber(inDoubt)} of them in doubt: ${inDoubtNotes.resend}`] : []),
    ...(held > 0 ? [`${formatNumber(held)} in doubt: ${inDoubtNotes.stop}`] : []),
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
  if (unresolved.countUnknown) return ["messages that only the run will know, however many"];
  return [`${formatCount(unresolved.messages, "message")} more with values that only the run will know`];
}

function editedText({ location: { file, line, column }, id, messages, pushed, present }: EditedPlanMessage): string {
  const what =
    id === undefined
      ? `of ${formatCount(messages, "row")} that lie together some were edited`
      : `the message "${id}" was edited`;
  return `${file}:${line}:${column} ${what} after the push (pushed ${pushed}, now ${present}): up refuses`;
}

export function sampleText(sample: Sample): string {
  const { label, contentType, delaySeconds, body, cut } = toPrintableData(sample);
  const how = [
    ...(contentType === "text" ? ["text"] : []),
    ...(delaySeconds === null || delaySeconds === 0 ? [] : [`after ${delaySeconds} s`]),
  ];
  return `${label}${how.length === 0 ? "" : ` (${how.join(", ")})`}: ${body}${cut ? "…" : ""}`;
}
