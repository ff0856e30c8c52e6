import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** How a process ended. `code` is null where a signal ended it. */
export interface ProcessResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Rejects only where the process could not be started. */
  readonly done: Promise<ProcessResult>;
  /** Ends the process and what it has started, at once. */
  stop(): void;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is stopped. */
  readonly timeoutMs?: number;
  /** Stops it. */
  readonly signal?: AbortSignal;
}

/** Starts a process without stdin, as the leader of a group of its own, so that nothing it starts outlives `stop()`. */
export function spawnProcess(file: string, args: readonly string[], options: StartOptions = {}): Running {
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
    // ESRCH: the group has ended by itself.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
