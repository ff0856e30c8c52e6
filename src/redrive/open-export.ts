import type { Owner } from "../push/index.ts";
import { ExportError, fileExistsError } from "./export-error.ts";
import { ExportFiles } from "./export-files.ts";
import type { Disk, GrowingFile, Processes } from "./export-host.ts";
import type { ExportPaths } from "./export-paths.ts";
import { emptyState } from "./export-state.ts";
import { type ExportHead, progressVersion, writeLine } from "./progress-lines.ts";
import { cutUnfinished, readProgress } from "./recover.ts";

/**
 * Starts an export, or resumes an unfinished one.
 *
 * @param visibilityMs lease duration of pulled messages in milliseconds; 0 if none are leased
 * @throws ExportError if another export or file of this name exists, or if a process is still writing it
 */
export async function openExport(
  paths: ExportPaths,
  head: ExportHead,
  visibilityMs: number,
  { disk, processes }: { readonly disk: Disk; readonly processes: Processes },
): Promise<ExportFiles> {
  const size = await disk.size(paths.progress);
  const state = size === undefined ? undefined : await readProgress(paths, disk);
  const own = await processes.own();
  if (state === undefined) {
    for (const path of [paths.manifest, ...Object.values(paths.data)]) {
      if ((await disk.size(path)) !== undefined) throw fileExistsError(path);
    }
    if (size !== undefined) await disk.remove(paths.progress);
    const begin = writeLine({ version: progressVersion, head }) + writeLine({ run: own, visibilityMs });
    const progress = await growWith(disk, paths.progress, undefined, begin);
    return new ExportFiles(paths, disk, emptyState(head), progress);
  }
  assertSame(state.head, head);
  await assertFree(state.owner, own, processes);
  await cutUnfinished(state, paths, disk);
  const begin = writeLine({ run: own, visibilityMs });
  const progress = await growWith(disk, paths.progress, state.progressBytes, begin);
  return new ExportFiles(paths, disk, state, progress);
}

/** Opens a file for appending and appends a first text. */
async function growWith(disk: Disk, path: string, size: number | undefined, text: string): Promise<GrowingFile> {
  const file = await disk.grow(path, size);
  try {
    await file.append(Buffer.from(text));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function assertFree(owner: Owner | undefined, own: Owner, processes: Processes): Promise<void> {
  if (owner === undefined || (owner.pid === own.pid && owner.started === own.started)) return;
  if (!(await processes.isRunning(owner))) return;
  throw new ExportError(
    "EXPORT_RUNNING",
    `the process ${owner.pid} writes this export`,
    "Wait until it ends, or end it; then run it again: it continues where the other one stopped.",
  );
}

/** Throws if an option differs from the unfinished export's. */
function assertSame(before: ExportHead, now: ExportHead): void {
  const words: Readonly<Partial<Record<keyof ExportHead, string>>> = {
    accountId: "account",
    queueId: "queue",
    to: "--to",
    stack: "--stack",
    mode: "--take",
    metadata: "--metadata",
  };
  const differs = (Object.keys(words) as (keyof ExportHead)[]).find((key) => before[key] !== now[key]);
  if (differs === undefined) return;
  const what = `the unfinished export of this name is for the queue ${before.queueName} (${words[differs]} differs)`;
  throw new ExportError("EXPORT_OTHER", what, "Run it with the same queue and options, or name another --out.");
}
