import { resolve } from "node:path";
import { readStackConfig } from "../../config/stack-config.ts";
import { formatCount } from "../../format.ts";
import { toPrintable } from "../../printable.ts";
import { createPulumiFinder, resolveStackName } from "../shared/deployment/stack-snapshot.ts";
import { writeOutput } from "../shared/output.ts";
import type { ReportFlags } from "./flags.ts";
import { readHistory } from "./history.ts";
import { createReport, type Version } from "./model.ts";
import { reportPage } from "./page.ts";

/**
 * Writes the report page to a file, or to stdout if `--out` is `-`.
 *
 * @returns the exit code
 * @throws UsageError
 */
export async function runReport(root: string, flags: ReportFlags, env: NodeJS.ProcessEnv): Promise<number> {
  const find = createPulumiFinder(root, env);
  const stack = await resolveStackName(flags.stack, find);
  const { project } = readStackConfig(root, stack.short);
  // Reads one more version, to compare the oldest reported one with.
  const { versions, note } = await readHistory(await find(), { root, project, stack, last: flags.last + 1 });
  const earlier = versions.length > flags.last ? versions[0] : undefined;
  const logged = earlier === undefined ? versions : versions.slice(1);
  const at = new Date().toISOString();
  const notes = [note, skippedNote(versions)].filter((text) => text !== undefined);
  const queues = createReport(logged, earlier);
  const page = reportPage({ project, stack: stack.full, at, note: notes.join(" ") || undefined, queues });
  if (flags.out === "-") {
    process.stdout.write(page);
    return 0;
  }
  writeOutput(resolve(root, flags.out), page);
  const what = `${flags.out} shows ${logged.length} ${logged.length === 1 ? "run" : "runs"} of ${stack.full}.`;
  process.stderr.write(`${toPrintable(what)}\n`);
  return 0;
}

/** Returns a sentence about runs that another version of queue-seeder made, undefined if there are none. */
function skippedNote(versions: readonly Version[]): string | undefined {
  const runs = versions.filter(({ skipped }) => skipped > 0).length;
  if (runs === 0) return undefined;
  return (
    `The state after ${formatCount(runs, "run")} has segments that another version of queue-seeder wrote, and the report lacks ` +
    "them. Upgrade queue-seeder if that version is newer."
  );
}
