import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { ProviderHost } from "../host.ts";
import type { SegmentInputs } from "../state/segment.ts";

export type JournalPorts = Pick<ProviderHost, "cwd" | "env" | "config">;

/** Where journals are unless somebody says otherwise, relative to the repository. */
const defaultFolder = ".queue-seeder/journal";

/**
 * The folder that `QUEUE_SEEDER_JOURNAL` or the stack's `queue-seeder:journal` names, from the repository's root, so that a
 * pipeline can keep it between its runs. An absolute path.
 */
export function journalFolder({ root }: Pick<SegmentInputs, "root">, { cwd, env, config }: JournalPorts): string {
  return resolve(cwd, root, env.QUEUE_SEEDER_JOURNAL || config("queue-seeder:journal") || defaultFolder);
}

/** Whether there is any journal: most runs find none, and need not look for those of their segments. */
export function hasJournals(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
