import { type ChildProcess, spawn } from "node:child_process";
import type { EngineEvent, LocalWorkspaceOptions } from "@pulumi/pulumi/automation/index.js";
import type { Pulumi } from "./pulumi.ts";
import { type LockHolder, parseLockHolder } from "./stack-lock.ts";

export type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

export interface EngineRun {
  readonly root: string;
  readonly stack: string;
  readonly pulumi: Pulumi;
  /** Added to the environment of the engine, and so of the program and the provider. */
  readonly env: Readonly<Record<string, string>>;
  /** URNs of the resources that the run is to touch; undefined: all. */
  readonly targets?: readonly string[];
  readonly onEvent: (event: EngineEvent) => void;
  /** Aborted when the run is to end: the engine is told once, and saves what was pushed. */
  readonly stop: AbortSignal;
}

export type EngineResult =
  | { readonly kind: "ok" }
  | { readonly kind: "locked"; readonly holder: LockHolder }
  /** `text`: what the engine wrote to stderr. */
  | { readonly kind: "failed"; readonly text: string };

/** The part of the Automation API's command that its types leave out. */
interface Runs {
  run(args: string[], cwd: string, env: Record<string, string>, ...more: Callbacks): Promise<unknown>;
}
type OnText = ((text: string) => void) | undefined;
type Callbacks = [onOutput?: OnText, onError?: OnText, signal?: AbortSignal];

/** Runs `pulumi up` through the Automation API, as it is: without a preview, which the plan has been. */
export async function runPulumi({
  root,
  stack,
  pulumi,
  env,
  targets,
  onEvent,
  stop,
}: EngineRun): Promise<EngineResult> {
  // Only now: it takes most of a second to load.
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
    await workspace.up({ ...target, onEvent, color: "never", suppressOutputs: true, userAgent: "queue-seeder" });
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
 * Puts our own way of starting the engine under the Automation API. Its own one leaves the engine in the terminal's process
 * group: Ctrl-C would reach it there and through us, and it takes the second signal for an order to drop everything. And
 * it selects the stack for the user's later commands, which nobody asked for.
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

/** What the Automation API takes for the result of a command. */
function done(stdout: string, stderr: string): object {
  return { stdout, stderr, code: 0 };
}
