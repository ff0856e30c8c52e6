import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { errorCode } from "../error-code.ts";

/** Result of a process. `code` is null if a signal ended it. */
export interface ProcessResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProcess {
  readonly child: ChildProcess;
  /** Rejects only if the process could not be started. */
  readonly done: Promise<ProcessResult>;
  /** Kills the process and its descendants immediately. */
  stop(): void;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the process is stopped. */
  readonly timeoutMs?: number;
  /** Stops the process when aborted. */
  readonly signal?: AbortSignal;
}

/** Starts a process without stdin in its own process group, so that none of its descendants outlives `stop()`. */
export function spawnProcess(file: string, args: readonly string[], options: StartOptions = {}): RunningProcess {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const exit = new Promise<Pick<ProcessResult, "code" | "signal">>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(stop, options.timeoutMs);
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener("abort", stop, { once: true });
  const done = Promise.all([exit, text(child.stdout), text(child.stderr)])
    .then(([ended, stdout, stderr]) => ({ ...ended, stdout, stderr }))
    .finally(() => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
    });
  return { child, done, stop };
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    // ESRCH: the group has already exited.
    if (errorCode(error) !== "ESRCH") throw error;
  }
}
