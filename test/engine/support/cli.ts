import { join } from "node:path";
import { type ProcessResult, type RunningProcess, spawnProcess } from "../../../src/engine/child-process.ts";
import type { Project } from "./project.ts";

/** Starts the project's own copy of the command line, as `npx --no-install queue-seeder` would, without a terminal. */
export function startCli(
  { dir, env }: Pick<Project, "dir" | "env">,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): RunningProcess {
  const main = join(dir, "src/cli/main.mjs");
  return spawnProcess(process.execPath, [main, ...args], { cwd: dir, env: { ...env, ...more }, timeoutMs: 150_000 });
}

export function cli(
  project: Pick<Project, "dir" | "env">,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<ProcessResult> {
  return startCli(project, args, more).done;
}

/** Runs the command line in a terminal of its own, whose output is returned as stdout. */
export function atTerminal(
  { dir, env }: Pick<Project, "dir" | "env">,
  args: readonly string[],
): Promise<ProcessResult> {
  const words = [process.execPath, join(dir, "src/cli/main.mjs"), ...args];
  const command = words.map((word) => `'${word}'`).join(" ");
  return spawnProcess("script", ["-qefc", command, "/dev/null"], { cwd: dir, env, timeoutMs: 150_000 }).done;
}

/** Waits until a run has written this to stdout. @throws Error with its output if it ends without it */
export async function waitForOutput({ child, done }: RunningProcess, pattern: RegExp): Promise<void> {
  let heard = "";
  const found = new Promise<void>((resolve) => {
    child.stdout?.on("data", (text) => {
      heard += text;
      if (pattern.test(heard)) resolve();
    });
  });
  const over = done.then(({ stdout, stderr }) => {
    throw new Error(`the run ended without ${pattern}: ${stdout}${stderr}`);
  });
  await Promise.race([found, over]);
}
