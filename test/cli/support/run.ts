import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const main = fileURLToPath(new URL("../../../src/cli/main.mjs", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Arguments for Node itself, in front of the command. */
  readonly node?: readonly string[];
}

/** Runs queue-seeder in a process of its own, with piped output and, from this process's environment, only PATH. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = start(args, options);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), ended]);
  return { code, stdout, stderr };
}

export function start(args: readonly string[], { cwd, env, node = [] }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [...node, main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function read(stream: ChildProcess["stdout"]): Promise<string> {
  return stream === null ? "" : await text(stream);
}
