import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { ProviderHost } from "../host.ts";
import type { SegmentInputs } from "../state/segment.ts";

export type JournalHost = Pick<ProviderHost, "cwd" | "env" | "config">;

/** Default journal folder, relative to the repository. */
const defaultFolder = ".queue-seeder/journal";

/**
 * Returns the absolute path of the journal folder: `QUEUE_SEEDER_JOURNAL` or the stack's `queue-seeder:journal`, relative to the
 * repository, so that a pipeline can keep it between runs.
 */
export function journalFolder({ root }: Pick<SegmentInputs, "root">, { cwd, env, config }: JournalHost): string {
  return resolve(cwd, root, env.QUEUE_SEEDER_JOURNAL || config("queue-seeder:journal") || defaultFolder);
}

/** Checks whether there are any journals: most runs find none and can skip the search for each segment. */
export function hasJournals(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
