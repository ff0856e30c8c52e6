import { format } from "node:util";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import type { Ran } from "./run.ts";

export interface HereOptions {
  /** Default: the repository. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs queue-seeder in this process, as if it had one of its own with piped output and, from this process's environment, only PATH.
 * It takes a tenth of the time. Signals, terminals and what keeps a process from ending need `run`. A run waits for the previous one.
 */
export function runHere(args: readonly string[], options: HereOptions = {}): Promise<Ran> {
  const own = last.then(() => runNow(args, options));
  last = own.catch(() => undefined);
  return own;
}

async function runNow(args: readonly string[], { cwd, env }: HereOptions): Promise<Ran> {
  const output = { stdout: "", stderr: "" };
  const before = { argv: process.argv, cwd: process.cwd(), env: process.env, exitCode: process.exitCode };
  using _console = restored(console, "error", (...words: unknown[]) => {
    output.stderr += `${format(...words)}\n`;
  });
  using _stdout = captured("stdout", output);
  using _stderr = captured("stderr", output);
  try {
    process.argv = [process.execPath, "queue-seeder", ...args];
    process.env = { PATH: before.env.PATH, ...env };
    process.exitCode = 0;
    if (cwd !== undefined) process.chdir(cwd);
    await runCommandLine();
    return { ...output, code: Number(process.exitCode) };
  } finally {
    process.chdir(before.cwd);
    Object.assign(process, { argv: before.argv, env: before.env });
    process.exitCode = before.exitCode;
  }
}

/** Collects what is written to a stream, and removes the listeners that a run adds to it. */
function captured(name: "stdout" | "stderr", output: Record<"stdout" | "stderr", string>): Disposable {
  const stream = process[name];
  const listeners = stream.listeners("error");
  const replaced = restored(stream, "write", (text: string | Uint8Array) => {
    output[name] += typeof text === "string" ? text : Buffer.from(text).toString();
    return true;
  });
  return {
    [Symbol.dispose]() {
      replaced[Symbol.dispose]();
      for (const each of stream.listeners("error")) {
        if (!listeners.includes(each)) stream.off("error", each as (error: Error) => void);
      }
    },
  };
}

/** Replaces a method until it is disposed. */
function restored<K extends string>(owner: Record<K, unknown>, name: K, method: unknown): Disposable {
  const own = owner[name];
  owner[name] = method;
  return {
    [Symbol.dispose]() {
      owner[name] = own;
    },
  };
}
