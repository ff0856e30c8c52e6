import { type ChildProcess, spawn } from "node:child_process";
import type { EngineEvent, LocalWorkspaceOptions } from "@pulumi/pulumi/automation/index.js";
import type { Pulumi } from "./pulumi.ts";
import { type LockHolder, parseLockHolder } from "./stack-lock.ts";

export type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

export interface EngineRun {
  readonly root: string;
  readonly stack: string;
  readonly pulumi: Pulumi;
  /** Added to the environment of Pulumi, and therefore of the program and the provider. */
  readonly env: Readonly<Record<string, string>>;
  /** URNs of the resources that the run may change, undefined for all. */
  readonly targets?: readonly string[];
  /** The run's message in Pulumi's history; by default the subject of the commit. */
  readonly message?: string;
  readonly onEvent: (event: EngineEvent) => void;
  /** Aborted to end the run: Pulumi is interrupted once, and saves what was pushed. */
  readonly stop: AbortSignal;
}

export type EngineResult =
  | { readonly kind: "ok" }
  | { readonly kind: "locked"; readonly holder: LockHolder }
  /** `text`: the stderr output of Pulumi. */
  | { readonly kind: "failed"; readonly text: string };

/** The method of the Automation API's command that its types omit. */
interface Runs {
  run(args: string[], cwd: string, env: Record<string, string>, ...more: Callbacks): Promise<unknown>;
}
type OnText = ((text: string) => void) | undefined;
type Callbacks = [onOutput?: OnText, onError?: OnText, signal?: AbortSignal];

/** Runs `pulumi up` through the Automation API, without a preview, since the plan has replaced it. */
export async function runPulumi({
  root,
  stack,
  pulumi,
  env,
  targets,
  message,
  onEvent,
  stop,
}: EngineRun): Promise<EngineResult> {
  // Imported on demand, since it takes most of a second.
  const { LocalWorkspace, PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  process.env.PATH = pulumi.env.PATH;
  const { no_grpc_proxy = "" } = pulumi.env;
  const command = await PulumiCommand.get();
  let stderr = "";
  runOwnEngine(command as unknown as Runs, pulumi, stop, (text) => {
    stderr += text;
  });
  const options: LocalWorkspaceOptions = {
    pulumiCommand: command,
    envVars: { ...env, no_grpc_proxy, PULUMI_SKIP_UPDATE_CHECK: "true" },
  };
  const workspace = await LocalWorkspace.selectStack({ stackName: stack, workDir: root }, options);
  try {
    const target = targets === undefined ? {} : { target: [...targets] };
    const described = message === undefined ? {} : { message };
    await workspace.up({
      ...target,
      ...described,
      onEvent,
      color: "never",
      suppressOutputs: true,
      userAgent: "queue-seeder",
    });
    return { kind: "ok" };
  } catch (error) {
    if (!(error instanceof EngineFailedError)) throw error;
    const holder = parseLockHolder(stderr);
    return holder === undefined ? { kind: "failed", text: stderr } : { kind: "locked", holder };
  }
}

class EngineFailedError extends Error {
  override name = "EngineFailed";
}

/**
 * Replaces how the Automation API starts Pulumi. By default it leaves Pulumi in the terminal's process group, so Pulumi would
 * receive Ctrl-C twice, directly and from this process, and treat the second signal as a request to terminate immediately. By
 * default it also selects the stack for the user's later commands, which is unwanted.
 */
function runOwnEngine(command: Runs, { engine }: Pulumi, stop: AbortSignal, onError: (text: string) => void): void {
  const run = command.run.bind(command);
  command.run = (args, cwd, env, ...more) => {
    if (args[0] === "stack" && args[1] === "select") return Promise.resolve(done("", ""));
    if (args[0] !== "up") return run(args, cwd, env, ...more);
    return startPulumiUp(engine.pulumi, [...args, "--non-interactive"], cwd, env, stop, onError);
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
    return done("", "");
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

/** Returns a result of a command as the Automation API expects it. */
function done(stdout: string, stderr: string): object {
  return { stdout, stderr, code: 0 };
}
