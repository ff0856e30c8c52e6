import { spawnSync } from "node:child_process";

/**
 * Whether tests that need a program are to be skipped: it is missing, and this is not CI, where nothing is skipped in
 * silence and they fail instead.
 */
export function skipWithout(program: string): boolean {
  if (process.env.QUEUE_SEEDER_SKIP_NOTHING !== undefined) return false;
  return spawnSync(program, ["--version"]).error !== undefined;
}
