import { type ChildProcess, spawn } from "node:child_process";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";

/** The method of the Automation API's command that its types omit. */
interface CommandInternals {
  run(args: string[], cwd: string, env: Record<string, string>, ...more: Callbacks): Promise<unknown>;
}
type OnText = ((text: string) => void) | undefined;
type Callbacks = [onOutput?: OnText, onError?: OnText, signal?: AbortSignal];

/** Result of a command without output, in the form of the Automation API. */
const noOutput = { stdout: "", stderr: "", code: 0 };

/** Results of the commands that are not run, by their first two words. */
const unused: Readonly<Record<string, object>> = {
  "stack select": noOutput,
  "stack output": { ...noOutput, stdout: "{}" },
  "stack history": { ...noOutput, stdout: "[]" },
};

/** Thrown if `pulumi up` did not succeed. */
export class EngineFailedError extends Error {
  override name = "EngineFailedError";
}

/**
 * Replaces how the Automation API starts Pulumi. By default it leaves Pulumi in the terminal's process group, so Pulumi would
 * receive Ctrl-C twice, directly and from this process, and treat the second signal as a request to terminate immediately. By
 * default it also selects the stack for the user's later commands, which is unwanted, and after `up` it asks three times for
 * outputs and history, with decrypted secrets, which takes a second and which no caller uses. All of these pass through the method
 * `run`, which is public in JavaScript, but which the types omit.
 *
 * @param file absolute path of the CLI
 * @param stop aborted to interrupt `pulumi up` once
 * @param onError receives what `pulumi up` writes to stderr
 */
export function replaceUp(
  command: PulumiCommand,
  file: string,
  stop: AbortSignal,
  onError: (text: string) => void,
): void {
  const internal = command as unknown as CommandInternals;
  const run = internal.run.bind(command);
  internal.run = (args, cwd, env, ...more) => {
    const result = unused[args.slice(0, 2).join(" ")];
    if (result !== undefined) return Promise.resolve(result);
    if (args[0] !== "up") return run(args, cwd, env, ...more);
    return startPulumiUp(file, [...args, "--non-interactive"], cwd, env, stop, onError);
  };
}

async function startPulumiUp(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  stop: AbortSignal,
  onError: (text: string) => void,
): Promise<unknown> {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env, PULUMI_AUTOMATION_API: "true" },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const interrupt = () => child.kill("SIGINT");
  if (stop.aborted) interrupt();
  stop.addEventListener("abort", interrupt, { once: true });
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", onError);
  try {
    const code = await waitForEnd(child);
    if (code !== 0) throw new EngineFailedError(`pulumi up ended with ${code ?? "a signal"}`);
    return noOutput;
  } finally {
    stop.removeEventListener("abort", interrupt);
  }
}

function waitForEnd(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}
