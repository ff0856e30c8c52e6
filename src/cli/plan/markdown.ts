import { formatCount, formatNumber } from "../../format.ts";
import { formatDiagnostic, type LoadResult } from "../../manifest/index.ts";
import { formatMinDuration } from "../shared/format.ts";
import { commentCharacters, escapeCell, escapeHtml, fenceCode, fitInto, formatCode } from "../shared/markdown.ts";
import { formatAddress } from "../shared/plan/address.ts";
import {
  describeVerdict,
  type ManifestPlan,
  type Plan,
  type PlanVerdict,
  type RemovedManifest,
} from "../shared/plan/model.ts";
import { formatNotes } from "../shared/plan/notes.ts";
import { isDeletion } from "../shared/plan/queue-changes.ts";
import {
  formatBase,
  formatCost,
  formatSize,
  formatWorker,
  programNotes,
  queueChangeText,
  sampleText,
} from "../shared/plan/text.ts";

/** Characters reserved for the notes on omitted parts and for the end of the comment. */
const reserve = 600;

const words = {
  refused: "❌ refused",
  push: "push",
  held: "⚠️ held",
  forget: "forget",
  nothing: "nothing",
} as const satisfies Record<PlanVerdict, string>;

/** Returns the marker by which a pipeline finds its own comment, so that it updates it instead of adding another one. */
export function commentMarker({ project, stack }: Pick<Plan, "project" | "stack">): string {
  return `<!-- queue-seeder plan: ${encodeURIComponent(project.toWellFormed())}/${encodeURIComponent(stack.toWellFormed())} -->`;
}

/**
 * Formats a plan as a comment on a pull request. The most important parts come first. Rows and sections that do not fit are
 * omitted as a whole, and the comment says how many.
 */
export function planMarkdown(plan: Plan, limit = commentCharacters): string {
  const { manifests, removed } = plan;
  const head = formatHead(plan);
  const tableHead =
    "| Manifest | Queue | Does | To push | Bytes | Requests | Pushed before |\n|---|---|---|--:|--:|--:|--:|\n";
  const rows = [...manifests.map(row), ...removed.map(removedRow)];
  const details = manifests.filter(hasDetails).map(detail);
  const tail = formatQueues(plan);
  const room = limit - reserve - head.length - tableHead.length;
  const queueText = tail.trim() === "" || tail.length > room / 4 ? "" : tail;
  const shownRows = fitInto(rows, room - queueText.length);
  const used = shownRows.join("").length + queueText.length;
  const shownDetails = shownRows.length < rows.length ? [] : fitInto(details, room - used);
  const notes = [
    ...formatLeftOut(rows.length - shownRows.length, "row"),
    ...(shownRows.length < rows.length ? [] : formatLeftOut(details.length - shownDetails.length, "section")),
  ];
  const table = rows.length === 0 ? "This stack has no manifests.\n" : tableHead + shownRows.join("");
  return [head, table, queueText, ...shownDetails, ...notes].join("");
}

/** Formats what applies to the whole plan: its size, the address, warnings, changes of queues, the cost and the digest. */
function formatHead(plan: Plan): string {
  const { queueChanges, total, digest, base, address, worker } = plan;
  return [
    heading(plan),
    "",
    `**${formatSize(total)}**, ${base.kind === "ledger" ? formatBase(base) : `without a ledger, because ${formatCode(base.reason)}`}.`,
    "",
    address.refusal === undefined
      ? `API: ${formatCode(formatAddress(address))}`
      : `❌ **refused**: ${formatCode(formatAddress(address))}`,
    ...(worker === null ? [] : ["", `Worker: ${formatCode(formatWorker(worker))}`]),
    ...programNotes(plan).flatMap((note) => ["", `⚠️ ${formatCode(note)}`]),
    ...queueChanges.flatMap((change) => [
      "",
      `${isDeletion(change) ? "🗑️ **" : ""}${formatCode(queueChangeText(change))}${isDeletion(change) ? "**" : ""}`,
    ]),
    ...(total.messages === 0 ? [] : ["", costText(plan)]),
    "",
    `Digest: ${formatCode(digest)}`,
    "",
    "",
  ].join("\n");
}

/** Formats the queues that receive messages, one per line. */
function formatQueues({ queues }: Plan): string {
  return `\n${queues
    .filter(({ push }) => push.messages > 0)
    .map(
      ({ name, id, transport, push, seconds }) =>
        `- ${formatCode(name)}${id === null ? " (to be created)" : ""}: ${formatSize(push)}, ${formatMinDuration(seconds)}` +
        `${transport === "worker" ? ", through the Worker" : ""}`,
    )
    .join("\n")}\n`;
}

/** Formats the errors that prevent a plan. It has the same marker, so that it replaces a comment with an older plan. */
export function noPlanMarkdown(
  plan: Pick<Plan, "project" | "stack">,
  { problems, omitted }: Pick<LoadResult, "problems" | "omitted">,
  limit = commentCharacters,
): string {
  const errors = problems.filter(({ severity }) => severity === "error");
  const head = `${heading(plan)}\n\n❌ **No plan**: the manifests have errors.\n\n`;
  const texts = errors.map((each) => `${fenceCode(formatDiagnostic(each))}\n`);
  const shown = fitInto(texts, limit - reserve - head.length);
  return [head, ...shown, ...formatLeftOut(texts.length - shown.length + omitted, "error", "validate")].join("");
}

function heading(plan: Pick<Plan, "project" | "stack">): string {
  return `${commentMarker(plan)}\n### Messages for ${formatCode(plan.stack)} of ${formatCode(plan.project)}`;
}

function costText({ total }: Plan): string {
  return `${formatCost(total)}. It takes ${formatMinDuration(total.seconds)} under Cloudflare's limits.`;
}

function row(manifest: ManifestPlan): string {
  const { name, queue, push, pushedBefore } = manifest;
  const sizes = [push.messages, push.bytes, push.requests, pushedBefore].map(formatNumber);
  return `| ${[escapeCell(name), escapeCell(queue), words[describeVerdict(manifest)], ...sizes].join(" | ")} |\n`;
}

function removedRow({ name, queue, pushed }: RemovedManifest): string {
  return `| ${[escapeCell(name), escapeCell(queue), "removed, forget", 0, 0, 0, formatNumber(pushed)].join(" | ")} |\n`;
}

function hasDetails(manifest: ManifestPlan): boolean {
  return manifest.sample.length > 0 || formatNotes(manifest).length > 1 || describeVerdict(manifest) !== "nothing";
}

/** Formats the section of a manifest: expanded if the manifest is refused, otherwise collapsed. */
function detail(manifest: ManifestPlan): string {
  const more = manifest.push.messages - manifest.sample.length;
  const lines = [
    ...formatNotes(manifest),
    ...manifest.sample.map((sample) => `› ${sampleText(sample)}`),
    ...(manifest.sample.length > 0 && more > 0 ? [`… and ${formatNumber(more)} more`] : []),
  ];
  const open = describeVerdict(manifest) === "refused" ? " open" : "";
  const summary = `${escapeHtml(manifest.name)} → ${escapeHtml(manifest.queue)}: ${words[describeVerdict(manifest)]}`;
  return `\n<details${open}><summary>${summary}</summary>\n\n${fenceCode(lines.join("\n"))}\n</details>\n`;
}

function formatLeftOut(n: number, noun: string, command = "plan"): string[] {
  return n === 0
    ? []
    : [`\n_${formatCount(n, noun)} did not fit into this comment. Run \`queue-seeder ${command}\` to see all._\n`];
}
