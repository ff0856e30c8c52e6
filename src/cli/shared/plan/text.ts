import { formatCount, formatNumber } from "../../../format.ts";
import { toPrintable, toPrintableData } from "../../../printable.ts";
import { formatMinDuration, formatQueueId, formatUsd } from "../format.ts";
import type { Paint } from "../paint.ts";
import { formatAddress } from "./address.ts";
import {
  describeVerdict,
  type ManifestPlan,
  type Plan,
  type PlanBase,
  type PlannedWorker,
  type PlanVerdict,
  type PushSize,
  type Sample,
} from "./model.ts";
import { formatNotes } from "./notes.ts";
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
  const { stack, project, base, address, worker, manifests, removed, queues, queueChanges, total, digest } =
    toPrintableData(plan);
  return [
    `${paint("bold", `Plan for the stack ${stack} of ${project}`)}, ${formatBase(base)}.`,
    address.refusal === undefined ? `API: ${formatAddress(address)}` : `${paint("red", "!")} ${formatAddress(address)}`,
    ...(worker === null ? [] : [`Worker: ${formatWorker(worker)}`]),
    ...programNotes(plan),
    "",
    ...manifests.filter((each) => !isUnchanged(each)).flatMap((manifest) => manifestLines(manifest, paint)),
    ...unchangedLine(manifests.filter(isUnchanged), paint),
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
      ({ name, id, transport, push, seconds }) =>
        `${name} (${formatQueueId(id)}${transport === "worker" ? ", through the Worker" : ""}): ${formatSize(push)}` +
        `${push.messages === 0 ? "" : `, ${formatMinDuration(seconds)}`}`,
    ),
    "",
    `${paint("bold", "Total")}: ${formatSize(total)}.`,
    ...(total.messages === 0
      ? []
      : [`${formatCost(total)}. It takes ${formatMinDuration(total.seconds)} under Cloudflare's limits.`]),
    `Digest: ${digest}`,
    "",
  ].join("\n");
}

/** Formats what the messages cost over their life, beyond the month's included operations. See docs/limits.md. */
export function formatCost({ lifeOperations, usd, workerUsd }: Plan["total"]): string {
  const worker = workerUsd === 0 ? "" : `, and ${formatEstimate(workerUsd)} for the Worker and its ledger`;
  return `${formatCount(lifeOperations, "operation")} over their life, ${formatEstimate(usd)}${worker}`;
}

function formatEstimate(usd: number): string {
  return `${usd < 0.01 ? "" : "about "}${formatUsd(usd)}`;
}

/** Formats where the Worker is, and what its deployment needs. */
export function formatWorker({ url }: PlannedWorker): string {
  return url ?? "deployed by the stack, for which the token needs the permission Account › Workers Scripts › Edit";
}

/** Reports whether a plan has nothing to show for a manifest except that it was pushed before. */
export function isUnchanged(manifest: ManifestPlan): boolean {
  const { pushedBefore } = manifest;
  return describeVerdict(manifest) === "nothing" && formatNotes(manifest).length === (pushedBefore > 0 ? 1 : 0);
}

/** Number of unchanged manifests that are listed by name. */
const mostNames = 5;

function unchangedLine(manifests: readonly ManifestPlan[], paint: Paint): string[] {
  if (manifests.length === 0) return [];
  const names = manifests.slice(0, mostNames).map(({ name }) => name);
  const rest = manifests.length - names.length;
  const list = [...names, ...(rest > 0 ? [`${formatNumber(rest)} more`] : [])].join(", ");
  const messages = manifests.reduce((sum, { pushedBefore }) => sum + pushedBefore, 0);
  const text = `${formatCount(manifests.length, "manifest")} unchanged, ${formatCount(messages, "message")} pushed before: ${list}`;
  return [paint("dim", `= ${text}`)];
}

/** Returns a note if the preview failed, so that the plan is incomplete. */
export function programNotes({ base, program }: Pick<Plan, "base" | "program">): string[] {
  if (program.kind === "previewed" || base.kind === "nothing" || program.reason === null) return [];
  const [line = ""] = program.reason.split("\n");
  const reason = toPrintable(line.replace(/[.:]$/, ""));
  return [
    `Based on the repository's files only, because Pulumi's preview failed: ${reason}. Resources that only the program defines are missing.`,
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
  if (backlog === null) return `${which}, with the messages in it`;
  return `${which}, with the messages in it (${formatCount(backlog.metrics.backlog_count, "message")} at ${backlog.at})`;
}

export function formatBase(base: PlanBase): string {
  return base.kind === "ledger"
    ? "against the stack's ledger"
    : `without a ledger, because ${toPrintable(base.reason)}`;
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

export function sampleText(sample: Sample): string {
  const { label, contentType, delaySeconds, body, cut } = toPrintableData(sample);
  const how = [
    ...(contentType === "text" ? ["text"] : []),
    ...(delaySeconds === null || delaySeconds === 0 ? [] : [`after ${delaySeconds} s`]),
  ];
  return `${label}${how.length === 0 ? "" : ` (${how.join(", ")})`}: ${body}${cut ? "…" : ""}`;
}
