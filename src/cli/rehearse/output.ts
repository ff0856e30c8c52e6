import { appendFileSync, readFileSync } from "node:fs";
import { formatCount, formatNumber } from "../../format.ts";
import type { RehearsalProgress } from "../../rehearse/rehearse.ts";
import type { Rehearsal } from "../../rehearse/types.ts";
import { folderInCheckout } from "../shared/ci-checkout.ts";
import { appendJobSummary } from "../shared/job-summary.ts";
import { commentCharacters } from "../shared/markdown.ts";
import { createPainter } from "../shared/paint.ts";
import { jsonText } from "../shared/plan/json.ts";
import type { RehearseFlags } from "./flags.ts";
import { rehearsalAnnotations } from "./formats/github.ts";
import { rehearsalJson } from "./formats/json.ts";
import { rehearsalJunit } from "./formats/junit.ts";
import { rehearsalMarkdown } from "./formats/markdown.ts";
import { rehearsalText } from "./formats/text.ts";

/** Milliseconds between two progress updates: on a terminal, where one line is overwritten, and in a log. */
const intervalMs = { terminal: 200, log: 10_000 } as const;

/** Creates a progress display on `stream`. Nothing is shown for a rehearsal that is shorter than the update interval. */
export function createProgress(
  stream: Pick<NodeJS.WriteStream, "write" | "isTTY">,
  queues: readonly { readonly queue: string; readonly drawn: number }[],
  now: () => number = Date.now,
): { readonly onProgress: (progress: RehearsalProgress) => void; readonly end: () => void } {
  const totals = new Map(queues.map(({ queue, drawn }) => [queue, drawn]));
  const interval = stream.isTTY ? intervalMs.terminal : intervalMs.log;
  let last = now();
  let shown = false;
  return {
    onProgress({ queue, finished, batches }) {
      if (now() - last < interval) return;
      last = now();
      const text = `${queue}: ${formatNumber(finished)} of ${formatCount(totals.get(queue) ?? 0, "message")}, ${formatCount(batches, "call")}`;
      stream.write(stream.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
      shown = true;
    },
    end() {
      if (shown && stream.isTTY) stream.write("\r\u001b[2K");
    },
  };
}

/** Writes the report to stdout in the chosen format; with `github` also to the summary of the job. */
export function writeRehearsal(
  root: string,
  rehearsal: Rehearsal,
  { format }: RehearseFlags,
  env: NodeJS.ProcessEnv,
): void {
  switch (format) {
    case "text":
      process.stdout.write(rehearsalText(rehearsal, createPainter(process.stdout)));
      break;
    case "json":
      process.stdout.write(jsonText(rehearsalJson(rehearsal)));
      break;
    case "markdown":
      process.stdout.write(rehearsalMarkdown(rehearsal));
      break;
    case "github":
      appendJobSummary(rehearsalMarkdown(rehearsal), env);
      process.stdout.write(rehearsalAnnotations(rehearsal, folderInCheckout(root, env)));
      break;
    case "junit":
      process.stdout.write(rehearsalJunit(rehearsal));
      break;
  }
}

/** Number of characters reserved for text that a pipeline adds to the comment. */
const footerReserve = 300;

/** Appends the section to a plan's file, cut so that both fit into one comment together with the pipeline's own text. */
export function appendRehearsal(path: string, rehearsal: Rehearsal): void {
  const room = commentCharacters - readFileSync(path, "utf8").length - footerReserve;
  appendFileSync(path, rehearsalMarkdown(rehearsal, room));
}
