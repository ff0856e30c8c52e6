import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const main = new URL("../../src/cli/main.mjs", import.meta.url).pathname;

/** The command `emulate` in a process of its own. */
export interface Command extends AsyncDisposable {
  readonly pid: number;
  /** The base URL that it printed on stdout. */
  readonly baseUrl: string;
  /** Returns everything that it printed on stderr so far. */
  stderr(): string;
  /** Resolves once stderr contains the text at or after offset `from`. @throws Error if the process ends before */
  printed(text: string, from?: number): Promise<void>;
  /** Sends the signal and waits for the end. @returns the exit code or signal of the process */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts the command and waits until it listens. @throws Error with its output if it ends before */
export function startCommand(...flags: string[]): Promise<Command> {
  return startCommandIn(process.cwd(), process.env, ...flags);
}

/** Does the same as `startCommand`, in a folder whose packages the command then finds. */
export async function startCommandIn(cwd: string, env: NodeJS.ProcessEnv, ...flags: string[]): Promise<Command> {
  const child = spawn(process.execPath, [main, "emulate", "--port", "0", ...flags], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const line = await Promise.race([
    once(createInterface(child.stdout), "line").then(([first]) => String(first)),
    once(child, "close").then(([code]) => Promise.reject(new Error(`ended with ${code}: ${printed}`))),
  ]);
  return {
    pid: child.pid ?? 0,
    baseUrl: /^listening on (http:\/\/.+)$/.exec(line)?.[1] ?? `no address in: ${line}`,
    stderr: () => printed,
    printed: (text, from = 0) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (printed.includes(text, from)) settle(resolve);
        };
        const closed = (code: number | null) =>
          settle(() => reject(new Error(`ended with ${code} before it printed ${text}: ${printed}`)));
        const settle = (as: () => void) => {
          child.stderr.off("data", look);
          child.off("close", closed);
          as();
        };
        child.stderr.on("data", look);
        child.once("close", closed);
        look();
      }),
    end: (signal) => end(child, signal),
    [Symbol.asyncDispose]: async () => {
      await end(child, "SIGKILL");
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  }
  return { code: child.exitCode, signal: child.signalCode };
}
