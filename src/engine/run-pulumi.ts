import { type ChildProcess, spawn } from "node:child_process";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { withDisposable } from "../with-disposable.ts";
import type { Pulumi } from "./pulumi.ts";
import type { EventServer } from "./pulumi-internals/event-server.ts";
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

/** Runs `pulumi up` without a preview, since the plan has replaced it. */
export async function runPulumi(run: EngineRun): Promise<EngineResult> {
  // Imported on demand, since it loads gRPC.
  const { startEventServer } = await import("./pulumi-internals/event-server.ts");
  const { code, stderr } = await withDisposable(await startEventServer(run.onEvent), (events) => startUp(run, events));
  if (code === 0) return { kind: "ok" };
  const holder = parseLockHolder(stderr);
  return holder === undefined ? { kind: "failed", text: stderr } : { kind: "locked", holder };
}

/**
 * Pulumi is in a process group of its own: in the terminal's, it would receive Ctrl-C twice, directly and from this process, and
 * treat the second signal as a request to terminate immediately.
 */
async function startUp(
  { root, stack, pulumi, env, targets = [], message, stop }: EngineRun,
  events: EventServer,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const args = [
    ...["up", "--yes", "--skip-preview", "--stack", stack],
    ...(message === undefined ? [] : ["--message", message]),
    ...targets.flatMap((target) => ["--target", target]),
    ...["--exec-agent", "queue-seeder", ...events.args],
    ...["--suppress-outputs", "--color", "never", "--non-interactive"],
  ];
  const child = spawn(pulumi.engine.pulumi, args, {
    cwd: root,
    env: { ...pulumi.env, ...env, ...events.env },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const interrupt = () => child.kill("SIGINT");
  if (stop.aborted) interrupt();
  stop.addEventListener("abort", interrupt, { once: true });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  try {
    return { code: await waitForEnd(child), stderr };
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
