import { spawnSync } from "node:child_process";

/**
 * Reports whether to skip tests that need a program: if it is missing, and this is not CI, in which nothing is skipped
 * silently and the tests fail instead.
 */
export function skipWithout(program: string): boolean {
  if (process.env.QUEUE_SEEDER_SKIP_NOTHING !== undefined) return false;
  return spawnSync(program, ["--version"]).error !== undefined;
}
